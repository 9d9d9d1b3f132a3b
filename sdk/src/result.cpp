#include "atrium/result.h"

namespace atrium {

namespace {

struct CodeRow {
    ErrorCode code;
    int status;
    const char* name;
    const char* fr;
    const char* en;
};

/// The one table of errors; in the order of the enumeration.
constexpr CodeRow table[] = {
    {ErrorCode::InvalidArgument, 400, "invalid-argument", "Requête invalide", "Invalid request"},
    {ErrorCode::Unauthenticated, 401, "unauthenticated", "Authentification requise", "Authentication required"},
    {ErrorCode::Forbidden, 403, "forbidden", "Accès refusé", "Access denied"},
    {ErrorCode::NotFound, 404, "not-found", "Introuvable", "Not found"},
    {ErrorCode::MethodNotAllowed, 405, "method-not-allowed", "Méthode non autorisée", "Method not allowed"},
    {ErrorCode::NotAcceptable, 406, "not-acceptable", "Format de réponse non disponible", "Not acceptable"},
    {ErrorCode::Conflict, 409, "conflict", "Conflit avec l'état actuel", "Conflict with the current state"},
    {ErrorCode::Gone, 410, "gone", "N'existe plus", "Gone"},
    {ErrorCode::PreconditionFailed, 412, "precondition-failed", "La ressource a changé entre-temps",
     "The resource has changed meanwhile"},
    {ErrorCode::PayloadTooLarge, 413, "payload-too-large", "Contenu trop volumineux", "Payload too large"},
    {ErrorCode::UnsupportedMediaType, 415, "unsupported-media-type", "Type de contenu non pris en charge",
     "Unsupported media type"},
    {ErrorCode::Unprocessable, 422, "unprocessable", "Contenu refusé", "Unprocessable content"},
    {ErrorCode::PreconditionRequired, 428, "precondition-required", "En-tête If-Match requis", "If-Match is required"},
    {ErrorCode::TooManyRequests, 429, "too-many-requests", "Trop de requêtes, réessayez plus tard",
     "Too many requests, try again later"},
    {ErrorCode::Internal, 500, "internal", "Erreur serveur", "Server error"},
    {ErrorCode::NotImplemented, 501, "not-implemented", "Non pris en charge", "Not implemented"},
    {ErrorCode::Unavailable, 503, "unavailable", "Service momentanément indisponible", "Service unavailable"},
    {ErrorCode::Timeout, 504, "timeout", "Délai dépassé", "Timed out"},
};

const CodeRow& row(ErrorCode code) { return table[static_cast<std::size_t>(code)]; }

} // namespace

int httpStatus(ErrorCode code) { return row(code).status; }

const char* toString(ErrorCode code) { return row(code).name; }

Error makeError(ErrorCode code, Text message, std::string detail)
{
    if (message.fr.empty() && message.en.empty()) message = Text{row(code).fr, row(code).en};
    Error error;
    error.code = code;
    error.message = std::move(message);
    error.detail = std::move(detail);
    return error;
}

ErrorException::ErrorException(Error error)
    : std::runtime_error(error.message.en + (error.detail.empty() ? "" : " (" + error.detail + ")")),
      error_(std::move(error))
{}

} // namespace atrium
