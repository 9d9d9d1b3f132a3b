#pragma once

#include "http/http_server.h"
#include "runtime/system_clock.h"
#include "runtime/worker_pool.h"
#include "support/raw_client.h"
#include "testing/memory_metrics.h"
#include "testing/recording_log.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace atrium::http {

/// A server on a free port with two pool threads and a queue of two.
class HttpFixture : public ::testing::Test {
protected:
    HttpFixture()
    {
        config.listeners = {{"127.0.0.1", 0}};
        config.limits.enabled = false;
    }
    ~HttpFixture() override { shutDown(); }

    void startServer()
    {
        server = std::make_unique<HttpServer>(
            config,
            HttpDependencies{clock, pool, metrics, log, [](std::string_view token) -> Result<Principal> {
                                 if (token != "good")
                                     return makeError(ErrorCode::Unauthenticated, {"Token invalide", "Invalid token"});
                                 Principal principal;
                                 principal.user = UserId{7};
                                 principal.name = "Ada";
                                 return principal;
                             }});
        add("/api/hello", "hello",
            [](const HttpRequest&) -> Result<HttpResponse> { return HttpResponse::jsonText(R"({"hello":true})"); });
        server->start();
        port = server->ports().at(0);
    }
    void shutDown()
    {
        routes.clear();
        if (server) server->stop(std::chrono::seconds(2));
        server.reset();
    }

    static Route declare(std::string path, std::string operationId, HttpMethod method = HttpMethod::Get)
    {
        Route route(RouteAccess::open());
        route.method = method;
        route.path = std::move(path);
        route.operationId = std::move(operationId);
        return route;
    }
    void add(std::string path, std::string operationId, HttpHandler handler,
             RouteExecution execution = RouteExecution::Inline, HttpMethod method = HttpMethod::Get)
    {
        auto route = declare(std::move(path), std::move(operationId), method);
        route.execution = execution;
        route.maxBodyBytes = 1 << 20;
        routes += server->routes().route(std::move(route), std::move(handler));
    }
    void addBig(std::size_t bytes)
    {
        add("/api/big", "big", [bytes](const HttpRequest&) -> Result<HttpResponse> {
            HttpResponse response;
            response.body.assign(bytes, 'x');
            response.contentType = "application/octet-stream";
            return response;
        });
    }
    void addSlow()
    {
        add(
            "/api/slow", "slow",
            [](const HttpRequest&) -> Result<HttpResponse> {
                std::this_thread::sleep_for(std::chrono::milliseconds{50});
                return HttpResponse::jsonText("\"slow\"");
            },
            RouteExecution::Blocking);
    }
    void addEcho()
    {
        add(
            "/api/echo", "echo",
            [](const HttpRequest& request) -> Result<HttpResponse> {
                HttpResponse response;
                response.body = request.rawBody;
                response.contentType = "text/plain";
                return response;
            },
            RouteExecution::Inline, HttpMethod::Post);
    }

    /// The status of one request on a connection of its own; 0 = no answer.
    int statusOf(std::string_view bytes)
    {
        testing::RawClient client(port);
        client.send(bytes);
        const auto answer = client.receive();
        return answer ? answer->status : 0;
    }

    runtime::SystemClock clock;
    testing::MemoryMetrics metrics;
    testing::RecordingLog log;
    runtime::WorkerPool pool{"work", 2, 2, [](const std::string&) {}};
    HttpConfig config;
    std::unique_ptr<HttpServer> server;
    Subscriptions routes;
    std::uint16_t port = 0;
};

} // namespace atrium::http
