#include "automation/web/web_request.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/String.h>

#include <openssl/err.h>

#include <sys/socket.h>

namespace atrium::automation {

namespace {

using Poco::Net::StreamSocket;

constexpr int mostRedirections = 3;
constexpr int mostHeaders = 100;

class Forbidden : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

Error refused(ErrorCode code, const std::string& reason) { return makeError(code, {reason, reason}); }

StreamSocket secured(StreamSocket socket, const std::string& host, const std::string& authorityFile)
{
    using Poco::Net::Context;
    Context::Ptr context(
        new Context(Context::TLS_CLIENT_USE, "", "", authorityFile, Context::VERIFY_STRICT, 9, authorityFile.empty()));
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    ERR_clear_error(); // what an earlier connection of this thread left would fail this one
    return Poco::Net::SecureStreamSocket::attach(socket, host, context);
}

/// At most one byte more than is allowed.
std::string readBody(std::istream& stream)
{
    std::string text;
    char buffer[4096];
    while (text.size() <= WebRequest::largestBody && stream.good()) {
        stream.read(buffer, sizeof buffer);
        text.append(buffer, static_cast<std::size_t>(stream.gcount()));
    }
    return text;
}

std::vector<Poco::Net::IPAddress> addressesOf(const std::string& host)
{
    // An address needs no name, which POCO would look for.
    if (Poco::Net::IPAddress address; Poco::Net::IPAddress::tryParse(host, address)) return {address};
    return Poco::Net::DNS::resolve(host).addresses();
}

bool isRedirection(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

} // namespace

/// Keeps the connection known to abort(); forgotten before the descriptor is closed, whose number may then be
/// another's.
class WebRequest::Lease {
public:
    Lease(WebRequest& owner, int descriptor) : owner_(owner) { owner_.remember(descriptor); }
    ~Lease()
    {
        std::lock_guard lock(owner_.mutex_);
        owner_.descriptor_ = -1;
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

private:
    WebRequest& owner_;
};

void WebRequest::remember(int descriptor)
{
    std::lock_guard lock(mutex_);
    if (aborted_) throw Poco::TimeoutException("it took too long");
    descriptor_ = descriptor;
}

void WebRequest::abort()
{
    std::lock_guard lock(mutex_);
    aborted_ = true;
    // The descriptor alone: POCO's objects belong to the thread that uses them.
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

StreamSocket WebRequest::connect(const Poco::URI& uri, std::chrono::milliseconds patience)
{
    const Poco::Timespan limit(patience.count() * 1000);
    std::string failure;
    bool isForbidden = false;
    // The very address that was allowed is connected to: a name cannot point somewhere else in between.
    for (const auto& address : addressesOf(uri.getHost())) {
        if (!policy_.allows(address.toString())) {
            isForbidden = true;
            continue;
        }
        try {
            StreamSocket socket(address.family());
            socket.connect({address, uri.getPort()}, limit);
            socket.setReceiveTimeout(limit);
            socket.setSendTimeout(limit);
            return socket;
        }
        catch (const Poco::Exception& error) {
            failure = error.displayText();
        }
    }
    if (failure.empty() && isForbidden)
        throw Forbidden("the host is at an address of a private network (automations.http.private)");
    throw Poco::Net::NetException("the server cannot be reached", failure);
}

Result<WebAnswer> WebRequest::ask(const WebQuestion& question)
{
    auto next = question;
    try {
        for (int hop = 0;; ++hop) {
            const auto uri = policy_.check(next.address);
            if (!uri) return uri.error();
            auto answer = ask(*uri, next);
            if (!answer || next.method != "GET" || !isRedirection(answer->status)) return answer;
            std::string target;
            for (const auto& [name, value] : answer->headers)
                if (name == "location") target = value;
            if (target.empty()) return answer;
            if (hop == mostRedirections) return refused(ErrorCode::Unavailable, "more than three redirections");
            Poco::URI resolved(*uri);
            resolved.resolve(target);
            // What proves who asks is for the host that was named.
            if (resolved.getHost() != uri->getHost() || resolved.getScheme() != uri->getScheme()) next.headers.clear();
            next.address = resolved.toString();
        }
    }
    catch (const Forbidden& error) {
        return refused(ErrorCode::Forbidden, error.what());
    }
    catch (const Poco::Exception& error) {
        std::lock_guard lock(mutex_);
        return refused(ErrorCode::Unavailable, aborted_ ? "it took too long" : error.displayText());
    }
}

Result<WebAnswer> WebRequest::ask(const Poco::URI& uri, const WebQuestion& question)
{
    using Poco::Net::HTTPRequest;
    auto socket = connect(uri, question.patience);
    const Lease lease(*this, socket.impl()->sockfd());
    if (uri.getScheme() == "https") socket = secured(socket, uri.getHost(), authorityFile_);

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
    if (isRedirection(answer.status)) return answer;
    answer.body = readBody(stream);
    if (answer.body.size() > largestBody)
        return refused(ErrorCode::PayloadTooLarge, "the answer is larger than 24 KiB");
    {
        std::lock_guard lock(mutex_);
        if (aborted_) return refused(ErrorCode::Unavailable, "it took too long");
    }
    // A connection that broke off must not look like a short answer.
    const auto announced = response.hasContentLength() ? response.getContentLength64() : -1;
    if (announced >= 0 && static_cast<std::uint64_t>(announced) != answer.body.size())
        return refused(ErrorCode::Unavailable, "the connection broke off");
    return answer;
}

} // namespace atrium::automation
