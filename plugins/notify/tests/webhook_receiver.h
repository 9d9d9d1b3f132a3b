#pragma once

#include "support/test_certificates.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/StreamCopier.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <vector>

namespace atrium::notify {

/// An HTTP server on the loopback that keeps what is posted to it and answers with the status that the test wants.
class WebhookReceiver {
public:
    struct Call {
        std::string path;
        std::string body;
        std::string signature;
        std::string delivery;
    };

    /// Over TLS with a certificate of `certificates` for `localhost`, when there are any.
    explicit WebhookReceiver(const testing::TestCertificates* certificates = nullptr)
        : server_(new Factory(*this), socketFor(certificates), new Poco::Net::HTTPServerParams)
    {
        server_.start();
    }
    ~WebhookReceiver() { server_.stopAll(true); }

    std::string url(const std::string& host = "localhost") const
    {
        return std::string(isSecure_ ? "https://" : "http://") + host + ':' + std::to_string(server_.port()) +
               "/hook?a=b";
    }
    std::vector<Call> calls() const
    {
        std::lock_guard lock(mutex_);
        return calls_;
    }
    std::atomic<int> status{200};
    std::string location; ///< of a redirection; set before the first call

private:
    struct Handler : Poco::Net::HTTPRequestHandler {
        explicit Handler(WebhookReceiver& owner) : owner(owner) {}
        void handleRequest(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response) override
        {
            Call call{request.getURI(), "", request.get("X-Atrium-Signature", ""),
                      request.get("X-Atrium-Delivery", "")};
            Poco::StreamCopier::copyToString(request.stream(), call.body);
            {
                std::lock_guard lock(owner.mutex_);
                owner.calls_.push_back(std::move(call));
            }
            response.setStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(owner.status.load()));
            if (!owner.location.empty()) response.set("Location", owner.location);
            response.setContentLength(0);
            response.send();
        }
        WebhookReceiver& owner;
    };
    struct Factory : Poco::Net::HTTPRequestHandlerFactory {
        explicit Factory(WebhookReceiver& owner) : owner(owner) {}
        Poco::Net::HTTPRequestHandler* createRequestHandler(const Poco::Net::HTTPServerRequest&) override
        {
            return new Handler(owner);
        }
        WebhookReceiver& owner;
    };
    Poco::Net::ServerSocket socketFor(const testing::TestCertificates* certificates)
    {
        const Poco::Net::SocketAddress loopback("127.0.0.1", 0);
        if (!certificates) return Poco::Net::ServerSocket(loopback);
        isSecure_ = true;
        const auto own = certificates->issue("localhost");
        using Poco::Net::Context;
        const Context::Ptr context(
            new Context(Context::TLS_SERVER_USE, own.keyFile, own.certificateFile, "", Context::VERIFY_NONE));
        return Poco::Net::SecureServerSocket(loopback, 10, context);
    }

    mutable std::mutex mutex_;
    std::vector<Call> calls_;
    bool isSecure_ = false;
    Poco::Net::HTTPServer server_;
};

} // namespace atrium::notify
