#include "automation/web/web_desk.h"

#include "atrium/json.h"
#include "atrium/text.h"

namespace atrium::automation {

namespace {

using namespace std::chrono_literals;
constexpr std::size_t mostWaiting = 100;
constexpr std::size_t threads = 4;
constexpr int mostRedirections = 3;
constexpr std::chrono::milliseconds longestPatience = 60s;
constexpr std::chrono::milliseconds usualPatience = 10s;

outgoing::WebQuestion questionOf(const Object& payload)
{
    const Value view(payload);
    outgoing::WebQuestion question;
    question.method = view.textOr("method", "GET");
    question.address = view.textOr("url", "");
    question.body = view.textOr("body", "");
    if (const auto* headers = payload.find("headers"); headers && headers->isObject())
        for (const auto& [name, value] : headers->object())
            if (value.isText()) question.headers.emplace_back(name, value.text());
    if (const auto time = view.integerOr("microseconds", 0); time > 0)
        question.patience = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(time));
    else question.patience = usualPatience;
    question.patience = std::clamp(question.patience, std::chrono::milliseconds{100}, longestPatience);
    return question;
}

Value valueOf(outgoing::WebAnswer answer)
{
    Object headers;
    std::string type;
    for (auto& [name, value] : answer.headers) {
        if (name == "content-type") type = value;
        if (isCleanUtf8(value)) headers.set(name, std::move(value));
    }
    Object object{{"status", answer.status}, {"headers", std::move(headers)}};
    const bool isJson = type.find("json") != std::string::npos;
    if (isJson)
        if (auto json = parseJson(answer.body)) object.set("json", std::move(*json));
    // Once is enough in the journal.
    if (!object.contains("json")) object.set("body", std::move(answer.body));
    return object;
}

} // namespace

WebDesk::WebDesk(WebOptions options, Executor& core, Scheduler& scheduler, const Clock& clock, Log& log,
                 Metrics& metrics)
    : options_(std::move(options)),
      policy_({options_.hosts, options_.privateAddresses, "automations.http.hosts", "automations.http.private"}),
      core_(core), scheduler_(scheduler), clock_(clock),
      asked_(metrics.counter("atrium_rule_web_questions_total", "Servers that rules asked")),
      refused_(metrics.counter("atrium_rule_web_refused_total", "Questions of rules to servers that were not asked")),
      depth_(metrics.gauge("atrium_queue_depth", "Tasks or messages that wait", {{"queue", "rule_web"}})),
      worker_("rule-web", threads, mostWaiting, [&log](const std::string& text) {
          log.error("a question to a server failed", {{"reason", text}});
      })
{}

WebDesk::~WebDesk()
{
    *alive_ = false;
    stop();
}

void WebDesk::stop()
{
    for (auto& [number, request] : underWay_) request.first->close();
    worker_.stop();
}

void WebDesk::ask(AutomationId automation, const Object& payload, Done done)
{
    auto question = questionOf(payload);
    if (const auto allowed = policy_.check(question.address); !allowed) {
        refused_.add();
        return done(false, allowed.error().message.en);
    }
    if (!withinBudget(automation)) {
        refused_.add();
        return done(false, "more than " + std::to_string(options_.perMinute) + " questions to servers in a minute");
    }
    const auto number = ++lastNumber_;
    outgoing::WebClientOptions rules;
    rules.check = [this](const std::string& address) { return policy_.check(address); };
    rules.allows = [this](const std::string& address) { return policy_.allows(address); };
    rules.authorityFile = options_.authorityFile;
    rules.largestBody = largestBody;
    rules.redirections = mostRedirections;
    const auto patience = question.patience;
    const auto client = std::make_shared<outgoing::WebClient>(std::move(rules));
    const bool posted = worker_.post([this, alive = alive_, number, client, question = std::move(question), done] {
        auto answer = client->ask(question);
        const std::function<void()> tell = [this, alive, number, answer = std::move(answer), done]() mutable {
            if (!*alive) return;
            underWay_.erase(number);
            depth_.set(static_cast<double>(underWay_.size()));
            if (answer) done(true, valueOf(std::move(*answer)));
            else done(false, answer.error().message.en);
        };
        core_.postPatiently(tell);
    });
    if (!posted) {
        refused_.add();
        return done(false, "too many questions to servers wait already");
    }
    asked_.add();
    // The time in which it waits for a thread counts too.
    auto& entry = underWay_[number];
    entry = {client, scheduler_.after(patience, [client] { client->close(); })};
    depth_.set(static_cast<double>(underWay_.size()));
}

bool WebDesk::withinBudget(AutomationId automation)
{
    auto& minute = minutes_[automation];
    const auto now = clock_.now();
    if (now - minute.began >= 60s || now < minute.began) minute = {now, 0};
    return ++minute.count <= options_.perMinute;
}

} // namespace atrium::automation
