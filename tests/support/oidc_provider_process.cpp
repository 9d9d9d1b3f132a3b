#include "support/oidc_provider_process.h"

#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <stdexcept>
#include <thread>

namespace atrium::testing {

OidcProviderProcess::OidcProviderProcess(Protection protection) : protection_(protection), port_(freePort())
{
    behave("");
    setPerson(R"("sub":"42","email":"ada@example.org","email_verified":true,"name":"Ada Lovelace")");
    folder_.write("redirect", std::string(redirectUri) + "\n");
    std::vector<std::string> command{ATRIUM_OIDC_PROVIDER, std::to_string(port_), folder_.str()};
    if (protection == Protection::Tls) {
        certificates_ = std::make_unique<TestCertificates>();
        const auto server = certificates_->issue("localhost");
        command.push_back(server.certificateFile);
        command.push_back(server.keyFile);
    }
    process_ = std::make_unique<ChildProcess>(command, folder_.str() + "/log");
    for (int i = 0; !isListening(port_); ++i) {
        if (i > 1000 || !process_->running()) throw std::runtime_error("the identity provider does not start");
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

std::string OidcProviderProcess::issuer() const
{
    return (protection_ == Protection::Tls ? "https://localhost:" : "http://localhost:") + std::to_string(port_);
}

OidcProviderProcess::Return OidcProviderProcess::visit(const std::string& url) const
{
    using namespace Poco::Net;
    const Poco::URI uri(url);
    std::unique_ptr<HTTPClientSession> session;
    if (protection_ == Protection::Tls)
        session = std::make_unique<HTTPSClientSession>(
            uri.getHost(), uri.getPort(),
            new Context(Context::TLS_CLIENT_USE, "", "", authorityFile(), Context::VERIFY_STRICT));
    else session = std::make_unique<HTTPClientSession>(uri.getHost(), uri.getPort());
    HTTPRequest request(HTTPRequest::HTTP_GET, uri.getPathAndQuery(), HTTPRequest::HTTP_1_1);
    session->sendRequest(request);
    HTTPResponse response;
    std::string body;
    Poco::StreamCopier::copyToString(session->receiveResponse(response), body);
    Return back;
    if (response.getStatus() != HTTPResponse::HTTP_FOUND) {
        back.error = body;
        return back;
    }
    const auto location = response.get("Location");
    if (!location.starts_with(std::string(redirectUri) + '?')) back.error = "sent to " + location;
    for (const auto& [name, value] : Poco::URI(location).getQueryParameters()) {
        if (name == "code") back.code = value;
        else if (name == "state") back.state = value;
        else if (name == "iss") back.issuer = value;
    }
    return back;
}

} // namespace atrium::testing
