#include "one_time_password.h"

#include "base64.h"
#include "secret.h"

#include <liboath/oath.h>
#include <openssl/rand.h>
#include <qrencode.h>

#include <cctype>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace atrium::auth {

namespace {

constexpr int stepSeconds = 30;
constexpr unsigned digits = 6;

std::string percentEncoded(std::string_view text)
{
    std::string result;
    for (const unsigned char c : text) {
        if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            result += static_cast<char>(c);
            continue;
        }
        constexpr char hex[] = "0123456789ABCDEF";
        result += '%';
        result += hex[c >> 4];
        result += hex[c & 15];
    }
    return result;
}

} // namespace

namespace totp {

std::string newSecret()
{
    std::string secret(secretBytes, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(secret.data()), static_cast<int>(secret.size())) != 1)
        throw std::runtime_error("no random numbers are available");
    return secret;
}

std::string toBase32(std::string_view bytes)
{
    char* text = nullptr;
    std::size_t length = 0;
    if (oath_base32_encode(bytes.data(), bytes.size(), &text, &length) != OATH_OK)
        throw std::runtime_error("liboath: no base 32");
    std::string result(text, length);
    std::free(text);
    while (!result.empty() && result.back() == '=') result.pop_back();
    return result;
}

std::string codeAt(std::string_view secret, std::int64_t step)
{
    char code[digits + 1] = {};
    const int result = oath_hotp_generate(secret.data(), secret.size(), static_cast<std::uint64_t>(step), digits, false,
                                          OATH_HOTP_DYNAMIC_TRUNCATION, code);
    if (result != OATH_OK) throw std::runtime_error(std::string("liboath: ") + oath_strerror(result));
    return code;
}

std::int64_t stepAt(UtcTime time) { return toMicroseconds(time) / 1'000'000 / stepSeconds; }

std::optional<std::int64_t> accept(std::string_view secret, std::string_view code, UtcTime now, std::int64_t lastStep)
{
    std::optional<std::int64_t> accepted;
    for (auto step = stepAt(now) - 1; step <= stepAt(now) + 1; ++step)
        if (equalInConstantTime(codeAt(secret, step), code) && step > lastStep) accepted = step;
    return accepted;
}

std::string uri(std::string_view secret, std::string_view issuer, std::string_view account)
{
    return "otpauth://totp/" + percentEncoded(issuer) + ":" + percentEncoded(account) + "?secret=" + toBase32(secret) +
           "&issuer=" + percentEncoded(issuer) + "&algorithm=SHA1&digits=6&period=30";
}

} // namespace totp

std::string qrCodeSvg(const std::string& text)
{
    const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M),
                                                               &QRcode_free);
    if (!code) throw std::runtime_error("the text does not fit into a QR code");
    constexpr int quiet = 4;
    const auto size = std::to_string(code->width + 2 * quiet);
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + size + " " + size +
                      "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h" + size + "v" + size +
                      "H0z\"/><path d=\"";
    for (int y = 0; y < code->width; ++y)
        for (int x = 0; x < code->width; ++x) {
            if ((code->data[y * code->width + x] & 1) == 0) continue;
            int end = x;
            while (end < code->width && (code->data[y * code->width + end] & 1) != 0) ++end;
            svg += "M" + std::to_string(x + quiet) + " " + std::to_string(y + quiet) + "h" + std::to_string(end - x) +
                   "v1h-" + std::to_string(end - x) + "z";
            x = end;
        }
    return svg + "\"/></svg>";
}

std::string newRecoveryCode()
{
    // 32 letters without those that look alike: 8 of them are 40 bits.
    constexpr std::string_view letters = "abcdefghijkmnpqrstuvwxyz23456789";
    unsigned char bytes[8];
    if (RAND_bytes(bytes, sizeof bytes) != 1) throw std::runtime_error("no random numbers are available");
    std::string code;
    for (const auto byte : bytes) {
        if (code.size() == 4) code += '-';
        code += letters[byte % letters.size()];
    }
    return code;
}

std::string normalisedRecoveryCode(std::string_view typed)
{
    std::string code;
    for (const unsigned char c : typed)
        if (std::isalnum(c)) code += static_cast<char>(std::tolower(c));
    return code;
}

} // namespace atrium::auth
