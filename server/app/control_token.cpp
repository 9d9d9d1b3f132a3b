#include "app/control_token.h"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdexcept>
#include <unistd.h>

namespace atrium::app {

ControlToken::ControlToken(const std::filesystem::path& dataFolder)
{
    unsigned char random[32];
    if (RAND_bytes(random, sizeof random) != 1) throw std::runtime_error("no random numbers");
    constexpr char digits[] = "0123456789abcdef";
    token_ = "atrium-control-";
    for (const auto byte : random) {
        token_ += digits[byte >> 4];
        token_ += digits[byte & 15];
    }
    const auto file = dataFolder / fileName;
    std::filesystem::remove(file);
    const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const auto line = token_ + '\n';
    const bool written =
        descriptor >= 0 && ::write(descriptor, line.data(), line.size()) == static_cast<ssize_t>(line.size());
    if (descriptor >= 0) ::close(descriptor);
    if (!written) throw std::runtime_error("cannot write " + file.string());
}

bool ControlToken::matches(std::string_view token) const
{
    return token.size() == token_.size() && CRYPTO_memcmp(token.data(), token_.data(), token.size()) == 0;
}

} // namespace atrium::app
