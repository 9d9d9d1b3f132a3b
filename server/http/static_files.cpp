#include "http/static_files.h"

#include "http/header_text.h"

#include <algorithm>
#include <fstream>
#include <openssl/sha.h>
#include <stdexcept>

namespace atrium::http {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t maxFileBytes = 32 << 20;
constexpr std::size_t maxCachedFile = 2 << 20;
constexpr std::size_t maxCachedBytes = 32 << 20;
constexpr std::chrono::seconds recheckAfter{3};
constexpr std::size_t shortestHash = 8;

constexpr const char* pagePolicy =
    "default-src 'self'; img-src 'self' data: blob: http: https:; connect-src 'self' ws: wss:; style-src 'self'; "
    "script-src 'self'; object-src 'none'; base-uri 'self'; frame-ancestors 'none'";

std::string readAll(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string hashOf(const std::string& bytes)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
    std::string text;
    for (int i = 0; i < 12; ++i) {
        text += "0123456789abcdef"[digest[i] >> 4];
        text += "0123456789abcdef"[digest[i] & 15];
    }
    return text;
}

} // namespace

std::string contentTypeOf(const std::string& name)
{
    static const std::map<std::string, const char*, std::less<>> types{{".html", "text/html; charset=utf-8"},
                                                                       {".js", "text/javascript; charset=utf-8"},
                                                                       {".mjs", "text/javascript; charset=utf-8"},
                                                                       {".css", "text/css; charset=utf-8"},
                                                                       {".json", "application/json; charset=utf-8"},
                                                                       {".svg", "image/svg+xml"},
                                                                       {".png", "image/png"},
                                                                       {".jpg", "image/jpeg"},
                                                                       {".jpeg", "image/jpeg"},
                                                                       {".gif", "image/gif"},
                                                                       {".webp", "image/webp"},
                                                                       {".ico", "image/x-icon"},
                                                                       {".woff2", "font/woff2"},
                                                                       {".woff", "font/woff"},
                                                                       {".txt", "text/plain; charset=utf-8"},
                                                                       {".map", "application/json; charset=utf-8"},
                                                                       {".webmanifest", "application/manifest+json"}};
    const auto found = types.find(toLowerText(fs::path(name).extension().string()));
    return found == types.end() ? "application/octet-stream" : found->second;
}

bool hasHashedName(const std::string& name)
{
    const auto stem = fs::path(name).stem().string();
    const auto mark = stem.find_last_of("-.");
    if (mark == std::string::npos || stem.size() - mark - 1 < shortestHash) return false;
    bool digit = false;
    for (std::size_t i = mark + 1; i < stem.size(); ++i) {
        const char c = stem[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_')) return false;
        digit = digit || (c >= '0' && c <= '9');
    }
    return digit;
}

StaticFiles::StaticFiles(const std::string& folder, const Clock& clock)
    : root_([&] {
          std::error_code error;
          auto root = fs::canonical(folder, error);
          if (error) throw std::invalid_argument("static folder does not exist: " + folder);
          return root;
      }()),
      clock_(clock)
{}

std::optional<HttpResponse> StaticFiles::cached(const std::string& path, std::string_view acceptEncoding)
{
    FilePtr file;
    {
        std::lock_guard lock(mutex_);
        const auto found = cache_.find(path);
        if (found == cache_.end()) return {};
        if (clock_.steadyNow() - found->second->loaded > recheckAfter) return {};
        file = found->second;
    }
    return answer(*file, acceptEncoding);
}

Result<HttpResponse> StaticFiles::load(const std::string& path, std::string_view acceptEncoding)
{
    const auto resolved = resolve(path);
    const auto file = resolved ? read(*resolved) : nullptr;
    if (!file) return makeError(ErrorCode::NotFound);
    remember(path, file);
    return answer(*file, acceptEncoding);
}

std::optional<fs::path> StaticFiles::resolve(const std::string& path) const
{
    const auto inside = [this](const fs::path& candidate) -> std::optional<fs::path> {
        std::error_code error;
        const auto real = fs::canonical(candidate, error);
        if (error || !fs::is_regular_file(real, error)) return {};
        const auto [end, ignored] = std::mismatch(root_.begin(), root_.end(), real.begin(), real.end());
        if (end != root_.end()) return {};
        return real;
    };
    const fs::path relative(
        path.substr(path.find_first_not_of('/') == std::string::npos ? path.size() : path.find_first_not_of('/')));
    for (const auto& part : relative)
        if (part == ".." || part.string().starts_with('.')) return {};
    if (!relative.empty())
        if (auto file = inside(root_ / relative)) return file;
    if (relative.filename().string().find('.') != std::string::npos) return {};
    return inside(root_ / "index.html");
}

StaticFiles::FilePtr StaticFiles::read(const fs::path& path) const
{
    std::error_code error;
    if (fs::file_size(path, error) > maxFileBytes || error) return {};
    auto file = std::make_shared<File>();
    file->body = readAll(path);
    // A compressed twin counts only when it is no older than the file itself.
    const auto twin = [&](const char* suffix) {
        const fs::path other = path.string() + suffix;
        std::error_code failed;
        const auto status = fs::symlink_status(other, failed);
        if (failed || !fs::is_regular_file(status)) return std::string();
        if (fs::last_write_time(other, failed) < fs::last_write_time(path, failed) || failed) return std::string();
        return readAll(other);
    };
    file->brotli = twin(".br");
    file->gzip = twin(".gz");
    file->contentType = contentTypeOf(path.filename().string());
    file->immutableName = hasHashedName(path.filename().string());
    file->etag = hashOf(file->body);
    file->loaded = clock_.steadyNow();
    return file;
}

void StaticFiles::remember(const std::string& path, const FilePtr& file)
{
    const auto weight = [](const File& f) { return f.body.size() + f.brotli.size() + f.gzip.size(); };
    std::lock_guard lock(mutex_);
    if (const auto old = cache_.find(path); old != cache_.end()) {
        cachedBytes_ -= weight(*old->second);
        cache_.erase(old);
    }
    if (file->body.size() > maxCachedFile) return;
    // Starting over is simpler than an order of use, and a dashboard is far smaller than the bound.
    if (cachedBytes_ + weight(*file) > maxCachedBytes || cache_.size() >= 4096) {
        cache_.clear();
        cachedBytes_ = 0;
    }
    cachedBytes_ += weight(*file);
    cache_.emplace(path, file);
}

HttpResponse StaticFiles::answer(const File& file, std::string_view acceptEncoding)
{
    HttpResponse response;
    response.contentType = file.contentType;
    response.etag = file.etag;
    response.headers.emplace_back("Cache-Control",
                                  file.immutableName ? "public, max-age=31536000, immutable" : "no-cache");
    if (file.contentType.starts_with("text/html")) response.headers.emplace_back("Content-Security-Policy", pagePolicy);
    const bool twins = !file.brotli.empty() || !file.gzip.empty();
    if (twins) response.headers.emplace_back("Vary", "Accept-Encoding");
    if (!file.brotli.empty() && acceptedQuality(acceptEncoding, "br") > 0) {
        response.body = file.brotli;
        response.etag += "-br";
        response.headers.emplace_back("Content-Encoding", "br");
    }
    else if (!file.gzip.empty() && acceptedQuality(acceptEncoding, "gzip") > 0) {
        response.body = file.gzip;
        response.etag += "-gzip";
        response.headers.emplace_back("Content-Encoding", "gzip");
    }
    else {
        response.body = file.body;
    }
    return response;
}

} // namespace atrium::http
