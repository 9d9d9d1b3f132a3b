#pragma once

#include "support/test_certificates.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/StreamCopier.h>

#include <functional>

namespace atrium::testing {

inline void answerWith(Poco::Net::HTTPServerResponse& response, const std::string& body,
                       const std::string& type = "text/plain")
{
    response.setContentType(type);
    response.setContentLength(static_cast<std::streamsize>(body.size()));
    response.send() << body;
}

/// A real HTTP server on a loopback address that answers as the test says.
class WebServer {
public:
    using Answer =
        std::function<void(Poco::Net::HTTPServerRequest&, const std::string& body, Poco::Net::HTTPServerResponse&)>;

    /// Over TLS with a certificate of `certificates` for `localhost`, when there are any.
    explicit WebServer(Answer answer, const TestCertificates* certificates = nullptr,
                       const std::string& address = "127.0.0.1")
        : answer_(std::move(answer)),
          server_(new Factory(*this), socketFor(certificates, address), new Poco::Net::HTTPServerParams)
    {
        server_.start();
    }
    ~WebServer() { server_.stopAll(true); }

    std::string url(const std::string& host, const std::string& path) const
    {
        return std::string(isSecure_ ? "https://" : "http://") + host + ':' + std::to_string(server_.port()) + path;
    }

private:
    struct Handler : Poco::Net::HTTPRequestHandler {
        explicit Handler(WebServer& owner) : owner(owner) {}
        void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override
        {
            std::string body;
            Poco::StreamCopier::copyToString(request.stream(), body);
            owner.answer_(request, body, response);
        }
        WebServer& owner;
    };
    struct Factory : Poco::Net::HTTPRequestHandlerFactory {
        explicit Factory(WebServer& owner) : owner(owner) {}
        Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
        {
            return new Handler(owner);
        }
        WebServer& owner;
    };
    Poco::Net::ServerSocket socketFor(const TestCertificates* certificates, const std::string& address)
    {
        const Poco::Net::SocketAddress place(address, 0);
        if (!certificates) return Poco::Net::ServerSocket(place);
        isSecure_ = true;
        const auto own = certificates->issue("localhost");
        using Poco::Net::Context;
        const Context::Ptr context(
            new Context(Context::TLS_SERVER_USE, own.keyFile, own.certificateFile, "", Context::VERIFY_NONE));
        return Poco::Net::SecureServerSocket(place, 10, context);
    }

    bool isSecure_ = false;
    Answer answer_;
    Poco::Net::HTTPServer server_;
};

} // namespace atrium::testing
