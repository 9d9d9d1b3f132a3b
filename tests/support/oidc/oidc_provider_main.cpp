// oidc-provider PORT FOLDER [CERTIFICATE KEY]: an OpenID provider for tests on 127.0.0.1 (OpenID Connect Core §3.1, RFC
// 6749, 7636). It refuses every request that is not exactly as the standards and its registration say. FOLDER/redirect
// is the registered redirect URI, FOLDER/person the members of the claims about whoever signs in, FOLDER/mode how it
// answers (see OidcProviderProcess). Each authorization code is good once, for the client and the address it was made
// for.
#include "token_signer.h"

#include <Poco/Base64Decoder.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/StreamCopier.h>
#include <Poco/URI.h>

#include <csignal>
#include <ctime>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <unistd.h>

namespace {

using atrium::testing::base64Url;
using atrium::testing::sha256;
using atrium::testing::TokenSigner;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;
using Fields = std::map<std::string, std::string>;

constexpr const char* clientId = "atrium";
constexpr const char* clientSecret = "s3cret &+:%";

/// Why a request is refused.
struct Refusal {
    int status;
    std::string error;
};

struct Code {
    std::string redirectUri, challenge, nonce;
    bool used = false;
};

struct Provider {
    std::string folder, issuer;
    TokenSigner signer;
    std::mutex mutex;
    std::map<std::string, Code> codes;
    std::string accessToken = "access-token-7";

    std::string file(const std::string& name) const
    {
        std::ifstream stream(folder + '/' + name);
        std::string line;
        std::getline(stream, line);
        return line;
    }
    std::string mode() const { return file("mode"); }
};

/// Fields of a query or a form; each at most once.
Fields fieldsOf(const std::string& text)
{
    Fields fields;
    for (const auto& [name, value] : Poco::URI("http://x/?" + text).getQueryParameters())
        if (!fields.emplace(name, value).second) throw Refusal{400, "twice: " + name};
    return fields;
}

std::string need(Fields& fields, const std::string& name)
{
    const auto field = fields.extract(name);
    if (field.empty() || field.mapped().empty()) throw Refusal{400, "missing: " + name};
    return field.mapped();
}

void expect(bool holds, const std::string& what, int status = 400)
{
    if (!holds) throw Refusal{status, what};
}

class Handler : public Poco::Net::HTTPRequestHandler {
public:
    explicit Handler(Provider& provider) : provider_(provider) {}

    void handleRequest(HTTPServerRequest& request, HTTPServerResponse& response) override
    {
        try {
            const Poco::URI uri(request.getURI());
            const auto path = uri.getPath();
            if (path == "/.well-known/openid-configuration") say(response, discovery());
            else if (path == "/authorize" && request.getMethod() == "GET") authorize(uri.getRawQuery(), response);
            else if (path == "/token" && request.getMethod() == "POST") token(request, response);
            else if (path == "/keys") say(response, provider_.signer.keySet());
            else if (path == "/userinfo") userInfo(request, response);
            else throw Refusal{404, "no such address"};
        }
        catch (const Refusal& refusal) {
            response.setStatus(static_cast<HTTPServerResponse::HTTPStatus>(refusal.status));
            say(response, R"({"error":")" + refusal.error + "\"}");
        }
    }

private:
    static void say(HTTPServerResponse& response, const std::string& json)
    {
        response.setContentType("application/json");
        response.setContentLength(static_cast<std::streamsize>(json.size()));
        response.send() << json;
    }

    std::string discovery() const
    {
        const auto mode = provider_.mode();
        if (mode == "away") throw Refusal{503, "away"};
        if (mode == "huge") return '"' + std::string(300'000, 'x') + '"';
        const auto& base = provider_.issuer;
        const std::string issuer = mode == "another-issuer" ? "https://evil.example" : base;
        const std::string keys = mode == "plain-keys" ? "http://192.0.2.1/keys" : base + "/keys";
        return R"({"issuer":")" + issuer + R"(","authorization_endpoint":")" + base +
               R"(/authorize","token_endpoint":")" + base + R"(/token","userinfo_endpoint":")" + base +
               R"(/userinfo","jwks_uri":")" + keys + "\"" +
               (mode == "post" ? R"(,"token_endpoint_auth_methods_supported":["client_secret_post"])" : "") + "}";
    }

    void authorize(const std::string& query, HTTPServerResponse& response)
    {
        auto fields = fieldsOf(query);
        Code code;
        expect(need(fields, "response_type") == "code", "response_type");
        expect(need(fields, "client_id") == clientId, "client_id");
        code.redirectUri = need(fields, "redirect_uri");
        expect(code.redirectUri == provider_.file("redirect"), "redirect_uri");
        expect((' ' + need(fields, "scope") + ' ').find(" openid ") != std::string::npos, "scope");
        const auto state = need(fields, "state");
        code.nonce = need(fields, "nonce");
        code.challenge = need(fields, "code_challenge");
        expect(state.size() >= 22 && code.nonce.size() >= 22 && state != code.nonce, "state or nonce too easy");
        expect(need(fields, "code_challenge_method") == "S256" && code.challenge.size() == 43, "code_challenge");
        expect(fields.empty(), "unknown: " + (fields.empty() ? "" : fields.begin()->first));
        std::lock_guard lock(provider_.mutex);
        const auto name = "code-" + std::to_string(provider_.codes.size() + 1) + base64Url(sha256(state)).substr(0, 8);
        provider_.codes[name] = code;
        Poco::URI back(code.redirectUri);
        back.addQueryParameter("code", name);
        back.addQueryParameter("state", state);
        back.addQueryParameter("iss", provider_.issuer);
        response.redirect(back.toString());
    }

    void checkClient(const HTTPServerRequest& request, Fields& fields) const
    {
        const auto header = request.get("Authorization", "");
        if (provider_.mode() == "post") {
            expect(header.empty() && need(fields, "client_id") == clientId &&
                       need(fields, "client_secret") == clientSecret,
                   "invalid_client", 401);
            return;
        }
        expect(header.starts_with("Basic ") && !fields.contains("client_secret"), "invalid_client", 401);
        std::istringstream encoded(header.substr(6));
        Poco::Base64Decoder decoder(encoded);
        const std::string pair(std::istreambuf_iterator<char>(decoder), {});
        const auto colon = pair.find(':');
        std::string user, password;
        Poco::URI::decode(pair.substr(0, colon), user, true);
        Poco::URI::decode(pair.substr(colon + 1), password, true);
        expect(user == clientId && password == clientSecret, "invalid_client", 401);
    }

    void token(HTTPServerRequest& request, HTTPServerResponse& response)
    {
        if (provider_.mode() == "stall") ::sleep(60);
        expect(request.getContentType() == "application/x-www-form-urlencoded", "content type");
        std::string form;
        Poco::StreamCopier::copyToString(request.stream(), form);
        auto fields = fieldsOf(form);
        checkClient(request, fields);
        expect(need(fields, "grant_type") == "authorization_code", "unsupported_grant_type");
        std::lock_guard lock(provider_.mutex);
        const auto code = provider_.codes.find(need(fields, "code"));
        expect(code != provider_.codes.end() && !std::exchange(code->second.used, true), "invalid_grant");
        expect(need(fields, "redirect_uri") == code->second.redirectUri, "invalid_grant");
        const auto verifier = need(fields, "code_verifier");
        expect(verifier.size() >= 43 && verifier.size() <= 128 && base64Url(sha256(verifier)) == code->second.challenge,
               "invalid_grant");
        expect(fields.empty(), "unknown: " + (fields.empty() ? "" : fields.begin()->first));
        if (provider_.mode() == "redirects") return response.redirect(provider_.issuer + "/keys");
        say(response, R"({"token_type":"Bearer","expires_in":60,"access_token":")" + provider_.accessToken +
                          R"(","id_token":")" + idToken(code->second) + "\"}");
    }

    std::string idToken(const Code& code) const
    {
        const auto mode = provider_.mode();
        const auto now = std::time(nullptr);
        const auto text = [](const std::string& name, const std::string& value) {
            return '"' + name + "\":\"" + value + '"';
        };
        std::string claims = "{" + text("iss", mode == "wrong-issuer" ? "https://evil.example" : provider_.issuer);
        claims += "," + (mode == "wrong-audience"       ? text("aud", "another")
                         : mode == "two-audiences"      ? R"("aud":["another","atrium"],"azp":"another")"
                         : mode == "silent-audiences"   ? R"("aud":["another","atrium"])"
                         : mode == "audience-and-party" ? R"("aud":["another","atrium"],"azp":"atrium")"
                                                        : text("aud", clientId));
        if (mode != "no-nonce") claims += "," + text("nonce", mode == "wrong-nonce" ? "another-nonce" : code.nonce);
        claims += ",\"iat\":" + std::to_string(mode == "future" ? now + 3600 : mode == "expired" ? now - 7200 : now);
        if (mode != "endless") claims += ",\"exp\":" + std::to_string(mode == "expired" ? now - 3600 : now + 7200);
        if (mode == "not-yet") claims += ",\"nbf\":" + std::to_string(now + 3600);
        const auto person = provider_.file("person");
        claims += mode.starts_with("userinfo") ? ",\"sub\":\"42\"" : "," + person;
        claims += "}";
        using Key = TokenSigner::Key;
        auto token = provider_.signer.sign(claims, mode == "es256"         ? Key::Elliptic
                                                   : mode == "none"        ? Key::Nothing
                                                   : mode == "hs256"       ? Key::PublicAsSecret
                                                   : mode == "foreign-key" ? Key::Foreign
                                                                           : Key::Rsa);
        if (mode == "cut-signature") token.resize(token.size() - 4);
        if (mode == "extra-part") token += ".AA";
        if (mode == "padded") token += "=";
        return token;
    }

    void userInfo(const HTTPServerRequest& request, HTTPServerResponse& response) const
    {
        expect(request.get("Authorization", "") == "Bearer " + provider_.accessToken, "invalid_token", 401);
        const bool isOther = provider_.mode() == "userinfo-of-another";
        say(response, isOther ? R"({"sub":"43","email":"mallory@example.org","email_verified":true})"
                              : "{" + provider_.file("person") + "}");
    }

    Provider& provider_;
};

class Factory : public Poco::Net::HTTPRequestHandlerFactory {
public:
    explicit Factory(Provider& provider) : provider_(provider) {}
    Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override
    {
        return new Handler(provider_);
    }

private:
    Provider& provider_;
};

} // namespace

int main(int count, char** arguments)
{
    if (count != 3 && count != 5) return 2;
    const bool isSecure = count == 5;
    Provider provider;
    provider.folder = arguments[2];
    provider.issuer = std::string(isSecure ? "https" : "http") + "://localhost:" + arguments[1];
    const Poco::Net::SocketAddress address("127.0.0.1", static_cast<Poco::UInt16>(std::stoi(arguments[1])));
    using Poco::Net::Context;
    const auto socket =
        isSecure ? Poco::Net::ServerSocket(Poco::Net::SecureServerSocket(
                       address, 64,
                       new Context(Context::TLS_SERVER_USE, arguments[4], arguments[3], "", Context::VERIFY_NONE)))
                 : Poco::Net::ServerSocket(address);
    Poco::Net::HTTPServer server(new Factory(provider), socket, new Poco::Net::HTTPServerParams);
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigprocmask(SIG_BLOCK, &ending, nullptr);
    server.start();
    int signal = 0;
    sigwait(&ending, &signal);
    ::_exit(0);
}
