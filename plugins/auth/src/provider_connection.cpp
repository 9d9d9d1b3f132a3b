#include "provider_connection.h"

#include "atrium/json.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

namespace atrium::auth {

namespace {

Error unavailable(const std::string& why)
{
    return makeError(ErrorCode::Unavailable,
                     {"Le fournisseur d'identité ne répond pas", "The identity provider does not answer"}, why);
}

Result<Poco::URI> allowed(const std::string& address)
{
    try {
        Poco::URI uri(address);
        const auto& host = uri.getHost();
        const bool isOwn = host == "127.0.0.1" || host == "localhost" || host == "::1";
        const bool isSafe = uri.getScheme() == "https" || (uri.getScheme() == "http" && isOwn);
        if (isSafe && !host.empty() && uri.getUserInfo().empty()) return uri;
    }
    catch (const Poco::Exception&) {
        // not an address at all
    }
    return unavailable("not an https address");
}

outgoing::WebClientOptions rulesWith(const std::string& authorityFile)
{
    outgoing::WebClientOptions rules;
    rules.check = allowed;
    rules.authorityFile = authorityFile;
    rules.largestBody = 256 * 1024;
    return rules;
}

} // namespace

ProviderConnection::ProviderConnection(const std::string& authorityFile) : client_(rulesWith(authorityFile)) {}

Result<ProviderConnection::Answer> ProviderConnection::ask(const Request& request)
{
    outgoing::WebQuestion question;
    question.address = request.address;
    question.headers = {{"Accept", "application/json"}};
    if (!request.authorization.empty()) question.headers.emplace_back("Authorization", request.authorization);
    if (!request.form.empty()) {
        question.method = "POST";
        question.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
        question.body = request.form;
    }
    const auto given = client_.ask(question);
    if (!given) return unavailable(given.error().detail);
    Answer answer{given->status, {}};
    if (auto body = parseJson(given->body)) answer.body = *std::move(body);
    return answer;
}

std::string formEncoded(const std::string& text)
{
    std::string escaped;
    Poco::URI::encode(text, "!#$&'()*+,/:;=?@[]%\"<>\\^`{|}", escaped);
    return escaped;
}

std::string formOf(const std::vector<std::pair<std::string, std::string>>& fields)
{
    std::string form;
    for (const auto& [name, value] : fields) form += (form.empty() ? "" : "&") + name + "=" + formEncoded(value);
    return form;
}

} // namespace atrium::auth
