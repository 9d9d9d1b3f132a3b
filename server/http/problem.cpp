#include "http/problem.h"

#include "atrium/json.h"

namespace atrium::http {

int statusOf(const Error& error) { return error.status ? error.status : httpStatus(error.code); }

const char* reasonPhrase(int status)
{
    switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 402: return "Payment Required";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 423: return "Locked";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
    }
}

HttpResponse makeProblem(const Error& error, const RequestContext& context)
{
    const int status = statusOf(error);
    const auto& message = error.message.in(context.language);
    Object body;
    body.reserve(12);
    body.append("success", false);
    body.append("message", message);
    body.append("error", message);
    body.append("type", std::string("urn:atrium:error:") + toString(error.code));
    body.append("title", makeError(error.code).message.in(context.language));
    body.append("status", status);
    body.append("detail", message);
    body.append("instance", context.path);
    body.append("code", toString(error.code));
    if (!error.fields.empty()) {
        List fields;
        for (const auto& field : error.fields) {
            Object one{{"pointer", field.pointer}, {"detail", field.detail}};
            if (field.place) {
                one.append("line", field.place->line);
                one.append("column", field.place->column);
                one.append("endColumn", field.place->endColumn);
            }
            fields.push_back(std::move(one));
        }
        body.append("errors", std::move(fields));
    }
    body.append("requestId", context.requestId);
    body.append("traceId", context.traceId);

    auto response = HttpResponse::json(std::move(body), status);
    if (context.acceptsProblem) response.contentType = "application/problem+json; charset=utf-8";
    response.headers.emplace_back("Content-Language", context.language == Language::French ? "fr" : "en");
    response.headers.emplace_back("Vary", "Accept-Language, Accept");
    if (error.retryAfter) response.headers.emplace_back("Retry-After", std::to_string(error.retryAfter->count()));
    if (status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

} // namespace atrium::http
