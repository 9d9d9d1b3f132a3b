#include "api_support.h"

#include <memory>

namespace atrium::auth {

namespace {

constexpr std::size_t maxAgentBytes = 190;

/// Calls the answer once: what comes later, or a second time, is ignored.
class AnswerOnce {
public:
    explicit AnswerOnce(HttpAnswer answer) : answer_(std::move(answer)) {}
    void operator()(Result<HttpResponse> result)
    {
        if (auto answer = std::exchange(answer_, nullptr)) answer(std::move(result));
    }

private:
    HttpAnswer answer_;
};

/// The parts of a request that outlive the handler's call.
struct KeptRequest {
    HttpRequest request;
    std::string path, rawBody;
};

} // namespace

Route accountRoute(HttpMethod method, std::string path, std::string operationId, Text summary, RouteAccess access)
{
    auto declared =
        makeRoute(method, std::move(path), std::move(operationId), "Accounts", std::move(summary), std::move(access));
    declared.execution = RouteExecution::Blocking;
    return declared;
}

SessionOrigin originOf(const HttpRequest& request)
{
    SessionOrigin origin;
    origin.address = request.remoteAddress;
    const auto agent = request.header("user-agent").substr(0, maxAgentBytes);
    // Cut in the middle of a character it is no text any more.
    if (isCleanUtf8(agent)) origin.agent = agent;
    origin.refreshes = request.body.booleanOr("refresh", false);
    return origin;
}

HttpResponse said(const HttpRequest& request, const Text& message)
{
    return HttpResponse::json(Object{{"success", true}, {"message", message.in(request.language)}});
}

HttpResponse signedIn(const SignInResult& result, const Text& message, Language language, int status)
{
    const auto& account = result.account;
    if (result.kind == SignInResult::Kind::SecondFactor || result.kind == SignInResult::Kind::SetUpFactor) {
        const bool isSetUp = result.kind == SignInResult::Kind::SetUpFactor;
        const Text text =
            isSetUp ? Text{"Un second facteur est nécessaire pour ce compte", "This account needs a second factor"}
                    : Text{"Code de vérification requis", "Verification code required"};
        List methods;
        for (const auto& method : result.methods) methods.push_back(method);
        return HttpResponse::json(Object{{"success", true},
                                         {"message", text.in(language)},
                                         {isSetUp ? "requires2FASetup" : "requires2FA", true},
                                         {"challenge", result.challenge},
                                         {"methods", std::move(methods)}});
    }
    const Value user = toJsonObject(account);
    Object body{{"success", true}, {"message", message.in(language)}, {"userId", account.id.value}, {"user", user}};
    if (result.kind == SignInResult::Kind::NotActivated) {
        const Text text{"Compte non activé : un code vous a été envoyé par email",
                        "Account not activated: a code was mailed to you"};
        body.set("message", text.in(language)).set("code", "not-activated");
        body.set("data", Object{{"user", user}});
        return HttpResponse::json(std::move(body), status);
    }
    body.set("token", result.issued.token).set("expiresAt", toIso8601(result.issued.tokenExpiresAt));
    if (!result.issued.refreshToken.empty()) body.set("refreshToken", result.issued.refreshToken);
    if (!result.deviceToken.empty()) body.set("deviceToken", result.deviceToken);
    if (!result.recoveryCodes.empty()) {
        List codes;
        for (const auto& code : result.recoveryCodes) codes.push_back(code);
        body.set("recoveryCodes", std::move(codes));
    }
    body.set("data", Object{{"user", user}, {"token", result.issued.token}});
    auto response = HttpResponse::json(std::move(body), status);
    response.headers.emplace_back("Cache-Control", "no-store");
    return response;
}

std::string_view bearerToken(const HttpRequest& request)
{
    const auto header = request.header("authorization");
    constexpr std::string_view scheme = "bearer ";
    if (header.size() <= scheme.size()) return {};
    for (std::size_t i = 0; i < scheme.size(); ++i)
        if ((header[i] | 0x20) != scheme[i]) return {};
    const auto token = header.substr(scheme.size());
    const auto begin = token.find_first_not_of(' ');
    return begin == std::string_view::npos ? std::string_view() : token.substr(begin);
}

void LaterAnswers::answerLater(std::function<Result<HttpResponse>()> work, HttpAnswer answer)
{
    const auto once = std::make_shared<AnswerOnce>(std::move(answer));
    const bool queued = thread_.post(
        [once, work = std::move(work)] {
            try {
                (*once)(work());
            }
            catch (const StorageError& error) {
                (*once)(makeError(ErrorCode::Unavailable, {}, error.what()));
            }
            catch (const std::exception& error) {
                (*once)(makeError(ErrorCode::Internal, {}, error.what()));
            }
        },
        [once] { (*once)(makeError(ErrorCode::Unavailable)); });
    if (queued) return;
    auto error = makeError(ErrorCode::TooManyRequests);
    error.retryAfter = std::chrono::seconds{5};
    (*once)(std::move(error));
}

AsyncHttpHandler LaterAnswers::handler(std::function<Result<HttpResponse>(const HttpRequest&)> work)
{
    return [this, work = std::move(work)](const HttpRequest& request, HttpAnswer answer) {
        const auto kept = std::make_shared<KeptRequest>(
            KeptRequest{request, std::string(request.path), std::string(request.rawBody)});
        kept->request.path = kept->path;
        kept->request.rawBody = kept->rawBody;
        answerLater([kept, work] { return work(kept->request); }, std::move(answer));
    };
}

} // namespace atrium::auth
