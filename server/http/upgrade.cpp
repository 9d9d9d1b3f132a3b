#include "http/upgrade.h"

#include "http/header_text.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace atrium::http {

std::string webSocketAccept(std::string_view key)
{
    const std::string salted = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest);
    unsigned char text[32];
    const int length = EVP_EncodeBlock(text, digest, SHA_DIGEST_LENGTH);
    return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(length)};
}

Handshake readHandshake(const RequestHead& head)
{
    Handshake handshake;
    handshake.asked = head.verb == Verb::Get && listContains(head.header("upgrade"), "websocket") &&
                      listContains(head.header("connection"), "upgrade");
    if (!handshake.asked) return handshake;
    const auto key = head.header("sec-websocket-key");
    // 16 bytes in base64.
    if (key.size() != 24 || !key.ends_with("==") || head.minorVersion == 0) handshake.refusal = 400;
    else if (head.header("sec-websocket-version") != "13") handshake.refusal = 426;
    return handshake;
}

} // namespace atrium::http
