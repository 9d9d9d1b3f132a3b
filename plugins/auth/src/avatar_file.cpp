#include "avatar_file.h"

#include "secret.h"

#include <fstream>

namespace atrium::auth {

namespace {

struct ImageKind {
    const char* extension;
    const char* type;
    std::string_view magic;
};
constexpr ImageKind kinds[] = {{"jpg", "image/jpeg", "\xff\xd8\xff"},
                               {"png", "image/png", "\x89PNG\r\n"},
                               {"gif", "image/gif", "GIF8"},
                               {"webp", "image/webp", "RIFF"}};

const ImageKind* kindOf(std::string_view content)
{
    for (const auto& kind : kinds)
        if (content.starts_with(kind.magic) &&
            (std::string_view(kind.extension) != "webp" || content.substr(8, 4) == "WEBP"))
            return &kind;
    return nullptr;
}

/// The value of `key="..."` or `key=...` in a header.
std::string_view parameterOf(std::string_view header, std::string_view key)
{
    for (std::size_t at = header.find(key); at != std::string_view::npos; at = header.find(key, at + 1)) {
        const bool begins = at > 0 && (header[at - 1] == ' ' || header[at - 1] == ';');
        auto rest = header.substr(at + key.size());
        if (!begins || rest.empty() || rest[0] != '=') continue;
        rest.remove_prefix(1);
        if (rest.starts_with('"')) return rest.substr(1, rest.find('"', 1) - 1);
        return rest.substr(0, rest.find_first_of("; \r\n"));
    }
    return {};
}

} // namespace

std::optional<FormPart> formPart(std::string_view contentType, std::string_view body, std::string_view name)
{
    const auto boundary = parameterOf(contentType, "boundary");
    if (!contentType.starts_with("multipart/form-data") || boundary.empty() || boundary.size() > 70)
        return std::nullopt;
    const auto delimiter = "--" + std::string(boundary);
    for (auto at = body.find(delimiter); at != std::string_view::npos; at = body.find(delimiter, at + 1)) {
        const auto begin = at + delimiter.size() + 2;
        const auto headersEnd = body.find("\r\n\r\n", begin);
        if (headersEnd == std::string_view::npos) return std::nullopt;
        const auto headers = body.substr(begin, headersEnd - begin);
        const auto end = body.find("\r\n" + delimiter, headersEnd + 4);
        if (end == std::string_view::npos) return std::nullopt;
        if (parameterOf(headers, "name") == name)
            return FormPart{std::string(parameterOf(headers, "filename")),
                            body.substr(headersEnd + 4, end - headersEnd - 4)};
    }
    return std::nullopt;
}

Result<std::string> AvatarFile::store(UserId user, std::string_view contentType, std::string_view body) const
{
    const auto part = formPart(contentType, body, "avatar");
    if (!part || part->content.empty())
        return makeError(ErrorCode::InvalidArgument, {"Aucun fichier fourni", "No file given"});
    const auto* kind = kindOf(part->content);
    if (!kind || part->content.size() > maxBytes)
        return makeError(ErrorCode::InvalidArgument, {"Seules les images sont acceptées (jpeg, jpg, png, gif, webp)",
                                                      "Only images are accepted (jpeg, jpg, png, gif, webp)"});
    std::filesystem::create_directories(folder_);
    const auto prefix = std::to_string(user.value) + "-";
    const auto name = prefix + randomToken(12) + "." + kind->extension;
    {
        std::ofstream file(folder_ / name, std::ios::binary);
        file.write(part->content.data(), static_cast<std::streamsize>(part->content.size()));
        if (!file.flush()) return makeError(ErrorCode::Unavailable, {}, "cannot write a picture");
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder_))
        if (const auto old = entry.path().filename().string(); old.starts_with(prefix) && old != name)
            std::filesystem::remove(entry.path());
    return "/uploads/avatars/" + name;
}

Result<HttpResponse> AvatarFile::serve(std::string_view name) const
{
    // The names that store() gives, and nothing else that a path could be made of.
    const auto isOurs = name.size() < 64 &&
                        name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0"
                                               "123456789-_.") == std::string_view::npos &&
                        name.find("..") == std::string_view::npos && !name.starts_with('.');
    std::ifstream file;
    if (isOurs) file.open(folder_ / std::string(name), std::ios::binary);
    if (!file.is_open()) return makeError(ErrorCode::NotFound);
    HttpResponse response;
    response.body.assign(std::istreambuf_iterator<char>(file), {});
    const auto* kind = kindOf(response.body);
    if (!kind) return makeError(ErrorCode::NotFound);
    response.contentType = kind->type;
    response.headers = {{"Cache-Control", "public, max-age=31536000, immutable"},
                        {"X-Content-Type-Options", "nosniff"},
                        {"Content-Security-Policy", "default-src 'none'"}};
    return response;
}

} // namespace atrium::auth
