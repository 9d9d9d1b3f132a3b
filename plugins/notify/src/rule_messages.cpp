#include "rule_messages.h"

#include "mail_text.h"

#include "atrium/json.h"

#include <algorithm>
#include <set>

namespace atrium::notify {

namespace {

constexpr std::size_t mostRecipients = 50;
constexpr std::size_t longestTitle = 200;
constexpr std::chrono::seconds longestWait{2};

Error wrong(const std::string& sentence) { return makeError(ErrorCode::InvalidArgument, {sentence, sentence}); }

Result<void> readRecipient(const Value& value, RuleMessage& message)
{
    if (const auto* user = value.ifInteger(); user && *user > 0) {
        message.users.push_back(UserId{*user});
        return {};
    }
    if (const auto* address = value.ifText()) {
        if (!isMailAddress(*address)) return wrong("notify.send: \"" + *address + "\" is no e-mail address");
        message.addresses.push_back(*address);
        return {};
    }
    if (value.isObject()) {
        const auto role = value.textOr("role", ""), name = value.textOr("user", "");
        const auto number = value.integerOr("user", 0);
        if (!role.empty()) message.roles.push_back(role);
        else if (!name.empty()) message.people.push_back(name);
        else if (number > 0) message.users.push_back(UserId{number});
        else return wrong("notify.send: a receiver is role \"...\" or user \"...\"");
        return {};
    }
    return wrong("notify.send: to is the number of an account, an e-mail address, role \"admin\", user "
                 "\"ada@example.org\" or a list of these");
}

bool isMeant(const RuleMessage& message, const Accounts::Person& person)
{
    // Who has a role of the site has no other.
    const std::string role = person.ownRole.empty() ? toString(person.role) : person.ownRole;
    const auto has = [](const std::vector<std::string>& words, const std::string& word) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    return has(message.roles, role) || has(message.people, person.email);
}

/// One value, or each of a list.
List asList(const Value* value)
{
    if (!value || value->isNull()) return {};
    return value->isList() ? value->list() : List{*value};
}

} // namespace

Result<RuleMessage> readRuleMessage(const AutomationCall& call)
{
    if (call.arguments.size() != 1 || !call.arguments[0].isObject())
        return wrong("notify.send takes a table: notify.send{ to = ..., text = ... }");
    const Value& options = call.arguments[0];
    RuleMessage message;
    message.rule = call.rule;
    message.key = call.idempotencyKey;
    message.text = options.textOr("text", "");
    message.title = options.textOr("title", call.rule);
    if (const Value* data = options.find("data")) message.data = *data;
    if (message.text.empty()) return wrong("notify.send: text is missing");
    if (message.title.size() > longestTitle || message.title.find_first_of("\r\n") != std::string::npos)
        return wrong("notify.send: title is one line of at most 200 bytes");

    auto channels = asList(options.find("channel"));
    if (channels.empty()) channels = {options.find("url") && !options.find("to") ? "webhook" : "mail"};
    const auto uses = [&](const char* name) {
        return std::find(channels.begin(), channels.end(), Value(name)) != channels.end();
    };
    for (const auto& channel : channels)
        if (channel != Value("mail") && channel != Value("webhook"))
            return wrong("notify.send: the channels are mail and webhook, not " + toJson(channel));
    if (uses("mail")) {
        for (const auto& recipient : asList(options.find("to")))
            if (const auto read = readRecipient(recipient, message); !read) return read.error();
        const auto count =
            message.users.size() + message.people.size() + message.addresses.size() + message.roles.size();
        if (count == 0 || count > mostRecipients) return wrong("notify.send: to names 1 to 50 receivers");
    }
    if (uses("webhook")) {
        for (const auto& url : asList(options.find("url"))) {
            if (!url.isText()) return wrong("notify.send: url is an address of the web");
            message.webhooks.push_back(url.text());
        }
        if (message.webhooks.empty() || message.webhooks.size() > mostRecipients)
            return wrong("notify.send: url names 1 to 50 addresses");
    }
    return message;
}

AutomationModule RuleMessages::module()
{
    return {"notify",
            {{"send",
              "send{ to, text, title, channel, url }: a mail to people, a message to a webhook",
              {},
              [this](const AutomationCall& call, AutomationFunction::Done done) { send(call, std::move(done)); }}}};
}

void RuleMessages::send(const AutomationCall& call, AutomationFunction::Done done)
{
    auto message = readRuleMessage(call);
    if (!message) return done(message.error());
    for (const auto& url : message->webhooks)
        if (const auto allowed = services_.policy.check(url); !allowed) return done(allowed.error());
    const bool needsMail =
        !message->addresses.empty() || !message->users.empty() || !message->people.empty() || !message->roles.empty();
    if (needsMail && !services_.mailer.isConfigured())
        return done(makeError(ErrorCode::Unavailable,
                              {"Aucun serveur de courriel n'est configuré", "No mail server is configured"}));
    done = answerWithin(longestWait, services_.scheduler, std::move(done));
    const bool taken = services_.workers.post([this, message = std::move(*message), done] {
        Result<void> kept = makeError(ErrorCode::Unavailable,
                                      {"Le message n'a pas pu être enregistré", "The message could not be stored"});
        try {
            kept = keep(message);
        }
        catch (const std::exception& error) {
            services_.log.error("a message of a rule is lost", {{"rule", message.rule}, {"reason", error.what()}});
        }
        done(kept ? Result<Value>(true) : Result<Value>(kept.error()));
    });
    if (!taken) done(makeError(ErrorCode::TooManyRequests));
}

Result<void> RuleMessages::keep(const RuleMessage& message)
{
    Result<void> outcome;
    for (const auto& address : addressesOf(message))
        if (const auto sent = mail(message, address); !sent) outcome = sent;
    if (message.webhooks.empty()) return outcome;
    const auto content = toJson(Object{{"type", "notification"},
                                       {"title", message.title},
                                       {"text", message.text},
                                       {"data", message.data},
                                       {"rule", message.rule},
                                       {"timestamp", toIso8601(services_.clock.now())}});
    for (const auto& url : message.webhooks)
        if (const auto kept = services_.webhooks.put(url, "rule", content, message.key); !kept) {
            services_.log.warning("a message of a rule is refused",
                                  {{"rule", message.rule}, {"reason", kept.error().message.en}});
            outcome = kept;
        }
    return outcome;
}

Result<void> RuleMessages::mail(const RuleMessage& message, const std::string& address)
{
    auto sent = services_.mailer.send({address, "fr", message.title, message.text, "", "rule", message.key});
    if (!sent)
        services_.log.warning("a message of a rule is refused",
                              {{"rule", message.rule}, {"reason", sent.error().message.en}});
    return sent;
}

std::vector<std::string> RuleMessages::addressesOf(const RuleMessage& message) const
{
    std::set<std::string> addresses(message.addresses.begin(), message.addresses.end());
    const bool namesPeople = !message.users.empty() || !message.people.empty() || !message.roles.empty();
    const auto accounts = namesPeople ? services_.accounts() : nullptr;
    if (accounts) {
        for (const auto user : message.users)
            if (const auto person = accounts->find(user); person && person->active) addresses.insert(person->email);
        if (!message.roles.empty() || !message.people.empty())
            for (const auto& person : accounts->everybody())
                if (person.active && isMeant(message, person)) addresses.insert(person.email);
    }
    if (addresses.empty() && message.webhooks.empty())
        services_.log.warning("a message of a rule reaches nobody", {{"rule", message.rule}});
    return {addresses.begin(), addresses.end()};
}

} // namespace atrium::notify
