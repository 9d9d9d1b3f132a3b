#pragma once

#include "atrium/http.h"
#include "atrium/ids.h"

#include <filesystem>

namespace atrium::auth {

/// Pictures of people in a folder: taken from a multipart body, recognised by their first bytes, served with a name
/// that nobody chose. Thread: any that may block.
class AvatarFile {
public:
    static constexpr std::size_t maxBytes = 5 * 1024 * 1024;

    explicit AvatarFile(std::filesystem::path folder) : folder_(std::move(folder)) {}

    /// The path `/uploads/avatars/...` of the field `avatar`; older pictures of the person go. Errors: InvalidArgument.
    Result<std::string> store(UserId user, std::string_view contentType, std::string_view body) const;
    /// Errors: NotFound.
    Result<HttpResponse> serve(std::string_view name) const;

private:
    std::filesystem::path folder_;
};

/// The content of the part `name` of a multipart/form-data body (RFC 7578), and its file name. Empty = there is none.
struct FormPart {
    std::string fileName;
    std::string_view content;
};
std::optional<FormPart> formPart(std::string_view contentType, std::string_view body, std::string_view name);

} // namespace atrium::auth
