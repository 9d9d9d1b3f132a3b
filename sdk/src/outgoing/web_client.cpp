#include "atrium/outgoing/web_client.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/String.h>

namespace atrium::outgoing {

namespace {

constexpr int mostHeaders = 100;

Error refused(ErrorCode code, const std::string& reason) { return makeError(code, {reason, reason}, reason); }

bool isRedirection(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// At most one part more than is allowed.
std::string readBody(std::istream& stream, std::size_t largest)
{
    std::string text;
    char part[16384];
    while (text.size() <= largest && stream.good()) {
        stream.read(part, sizeof part);
        text.append(part, static_cast<std::size_t>(stream.gcount()));
    }
    return text;
}

std::string sizeText(std::size_t bytes) { return std::to_string(bytes / 1024) + " KiB"; }

} // namespace

std::string WebAnswer::header(std::string_view lowerCaseName) const
{
    std::string found;
    for (const auto& [name, value] : headers)
        if (name == lowerCaseName) found = value;
    return found;
}

Result<WebAnswer> WebClient::ask(const WebQuestion& question)
{
    Connection::Exchange exchange(connection_, question.patience);
    const auto unavailable = [&](const std::string& reason) {
        return refused(ErrorCode::Unavailable, exchange.isOver() ? "it took too long" : reason);
    };
    try {
        auto answer = follow(question, exchange);
        // What was cut off may look like a short answer.
        if (answer && exchange.isOver()) return unavailable("");
        return answer;
    }
    catch (const ForbiddenAddress& error) {
        return refused(ErrorCode::Forbidden, error.what());
    }
    catch (const Poco::Exception& error) {
        return unavailable(error.displayText());
    }
    catch (const std::ios_base::failure& error) {
        return unavailable(error.what());
    }
}

Result<WebAnswer> WebClient::follow(const WebQuestion& question, Connection::Exchange& exchange)
{
    auto next = question;
    for (int hop = 0;; ++hop) {
        const auto uri = options_.check(next.address);
        if (!uri) return uri.error();
        auto answer = askOnce(*uri, next, exchange);
        const bool follows = options_.redirections > 0 && next.method == "GET";
        if (!answer || !follows || !isRedirection(answer->status)) return answer;
        const auto target = answer->header("location");
        if (target.empty()) return answer;
        if (hop == options_.redirections)
            return refused(ErrorCode::Unavailable,
                           "more than " + std::to_string(options_.redirections) + " redirections");
        Poco::URI resolved(*uri);
        resolved.resolve(target);
        // What proves who asks is for the server that was named.
        if (resolved.getHost() != uri->getHost() || resolved.getScheme() != uri->getScheme() ||
            resolved.getPort() != uri->getPort())
            next.headers.clear();
        next.address = resolved.toString();
    }
}

Result<WebAnswer> WebClient::askOnce(const Poco::URI& uri, const WebQuestion& question, Connection::Exchange& exchange)
{
    using Poco::Net::HTTPRequest;
    auto socket = exchange.connect({uri.getHost(), uri.getPort(), options_.allows});
    if (uri.getScheme() == "https") socket = secured(socket, uri.getHost(), tlsContext(options_.authorityFile));

    // Over this very socket: given a name, POCO would resolve it again.
    Poco::Net::HTTPClientSession session(socket);
    const auto path = uri.getPathAndQuery();
    HTTPRequest request(question.method, path.empty() ? "/" : path, HTTPRequest::HTTP_1_1);
    request.set("User-Agent", "Atrium");
    for (const auto& [name, value] : question.headers) request.set(name, value);
    request.setHost(uri.getHost(), uri.getPort());
    request.setKeepAlive(false);
    if (!question.body.empty() || question.method != "GET")
        request.setContentLength(static_cast<std::streamsize>(question.body.size()));
    session.sendRequest(request) << question.body << std::flush;
    Poco::Net::HTTPResponse response;
    response.setFieldLimit(mostHeaders);
    auto& stream = session.receiveResponse(response);
    WebAnswer answer{response.getStatus(), {}, {}};
    for (const auto& [name, value] : response) answer.headers.emplace_back(Poco::toLower(name), value);
    const bool follows = options_.redirections > 0 && isRedirection(answer.status);
    if (options_.body == AnswerBody::Ignored || follows) return answer;
    answer.body = readBody(stream, options_.largestBody);
    if (answer.body.size() > options_.largestBody)
        return refused(ErrorCode::PayloadTooLarge, "the answer is larger than " + sizeText(options_.largestBody));
    // A connection that broke off must not look like a short answer.
    const auto announced = response.hasContentLength() ? response.getContentLength64() : -1;
    if (announced >= 0 && static_cast<std::uint64_t>(announced) != answer.body.size())
        return refused(ErrorCode::Unavailable, "the connection broke off");
    return answer;
}

} // namespace atrium::outgoing
