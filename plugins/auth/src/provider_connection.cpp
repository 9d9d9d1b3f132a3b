#include "provider_connection.h"

#include "atrium/json.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HostEntry.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/URI.h>

#include <openssl/err.h>

#include <chrono>
#include <sys/socket.h>

namespace atrium::auth {

namespace {

using Poco::Net::StreamSocket;
using SteadyClock = std::chrono::steady_clock;

constexpr std::size_t maxAnswerBytes = 256 * 1024;
constexpr std::chrono::seconds timeLimit{10};
constexpr long connectSeconds = 3;
constexpr long silenceSeconds = 5;

Error unavailable(const std::string& why)
{
    return makeError(ErrorCode::Unavailable,
                     {"Le fournisseur d'identité ne répond pas", "The identity provider does not answer"}, why);
}

bool isAllowed(const Poco::URI& uri)
{
    const auto& host = uri.getHost();
    if (host.empty() || !uri.getUserInfo().empty()) return false;
    return uri.getScheme() == "https" ||
           (uri.getScheme() == "http" && (host == "127.0.0.1" || host == "localhost" || host == "::1"));
}

StreamSocket connected(const Poco::URI& uri)
{
    std::string failure = "the name has no address";
    const auto host = Poco::Net::DNS::resolve(uri.getHost());
    for (const auto& address : host.addresses()) {
        try {
            StreamSocket socket(address.family());
            socket.connect({address, uri.getPort()}, Poco::Timespan(connectSeconds, 0));
            socket.setReceiveTimeout(Poco::Timespan(silenceSeconds, 0));
            socket.setSendTimeout(Poco::Timespan(silenceSeconds, 0));
            return socket;
        }
        catch (const Poco::Exception& error) {
            failure = error.displayText();
        }
    }
    throw Poco::Net::NetException("no connection", failure);
}

StreamSocket secured(StreamSocket socket, const std::string& host, const std::string& authorityFile)
{
    using Poco::Net::Context;
    Context::Ptr context(
        new Context(Context::TLS_CLIENT_USE, "", "", authorityFile, Context::VERIFY_STRICT, 9, authorityFile.empty()));
    context->requireMinimumProtocol(Context::PROTO_TLSV1_2);
    ERR_clear_error(); // what an earlier connection of this thread left would fail this one
    return Poco::Net::SecureStreamSocket::attach(socket, host, context);
}

/// What comes until the end, the limit or the deadline.
std::string readAll(std::istream& stream, SteadyClock::time_point deadline)
{
    std::string text;
    char buffer[8192];
    while (text.size() <= maxAnswerBytes && stream.peek() != std::istream::traits_type::eof()) {
        if (SteadyClock::now() > deadline) throw Poco::TimeoutException("the answer takes too long");
        const auto size = stream.readsome(buffer, sizeof buffer);
        text.append(buffer, static_cast<std::size_t>(size));
    }
    return text;
}

} // namespace

ProviderConnection::Lease::Lease(ProviderConnection& owner, int descriptor) : owner_(owner)
{
    owner_.remember(descriptor);
}

ProviderConnection::Lease::~Lease()
{
    std::lock_guard lock(owner_.mutex_);
    owner_.descriptor_ = -1;
}

void ProviderConnection::remember(int descriptor)
{
    std::lock_guard lock(mutex_);
    if (aborted_) throw Poco::Net::NetException("stopped");
    descriptor_ = descriptor;
}

void ProviderConnection::abort()
{
    std::lock_guard lock(mutex_);
    aborted_ = true;
    // The descriptor alone: POCO's objects belong to the thread that uses them.
    if (descriptor_ >= 0) ::shutdown(descriptor_, SHUT_RDWR);
}

Result<ProviderConnection::Answer> ProviderConnection::ask(const Request& request)
{
    try {
        const Poco::URI uri(request.address);
        if (!isAllowed(uri)) return unavailable("not an https address");
        return ask(uri, request);
    }
    catch (const Poco::Exception& error) {
        return unavailable(error.displayText());
    }
}

Result<ProviderConnection::Answer> ProviderConnection::ask(const Poco::URI& uri, const Request& request)
{
    using Poco::Net::HTTPRequest;
    const auto deadline = SteadyClock::now() + timeLimit;
    auto socket = connected(uri);
    // Forgotten before the descriptor is closed, whose number may then be another's.
    const Lease lease(*this, socket.impl()->sockfd());
    if (uri.getScheme() == "https") socket = secured(socket, uri.getHost(), authorityFile_);

    Poco::Net::HTTPClientSession session(socket);
    const auto path = uri.getPathAndQuery();
    HTTPRequest message(request.form.empty() ? HTTPRequest::HTTP_GET : HTTPRequest::HTTP_POST,
                        path.empty() ? "/" : path, HTTPRequest::HTTP_1_1);
    message.setHost(uri.getHost(), uri.getPort());
    message.setKeepAlive(false);
    message.set("Accept", "application/json");
    message.set("User-Agent", "Atrium");
    if (!request.authorization.empty()) message.set("Authorization", request.authorization);
    if (!request.form.empty()) {
        message.setContentType("application/x-www-form-urlencoded");
        message.setContentLength(static_cast<std::streamsize>(request.form.size()));
    }
    session.sendRequest(message) << request.form << std::flush;
    Poco::Net::HTTPResponse response;
    auto& stream = session.receiveResponse(response);
    const auto text = readAll(stream, deadline);
    if (text.size() > maxAnswerBytes) return unavailable("its answer is too long");
    Answer answer{response.getStatus(), {}};
    if (auto body = parseJson(text)) answer.body = *std::move(body);
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
