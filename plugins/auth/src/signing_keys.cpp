#include "signing_keys.h"

#include "secret.h"

#include <algorithm>

namespace atrium::auth {

namespace fs = std::filesystem;

namespace {
constexpr std::size_t kidCharacters = 12;
}

SigningKey signingKeyOf(std::string secret)
{
    auto kid = fingerprint("kid:" + secret).substr(0, kidCharacters);
    return {std::move(kid), std::move(secret)};
}

SigningKeys::SigningKeys(fs::path folder, std::string current, std::string previous)
    : folder_(std::move(folder)), current_(std::move(current)), previous_(std::move(previous))
{}

std::vector<SigningKey> SigningKeys::load(std::chrono::seconds tokenLife) const
{
    std::vector<SigningKey> keys{signingKeyOf(loadSecret(current_, currentFile()))};
    if (!previous_.empty()) keys.push_back(signingKeyOf(loadSecret(previous_, {})));
    const auto prefix = currentFile().filename().string() + '.';
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder_))
        if (entry.path().filename().string().starts_with(prefix)) files.push_back(entry.path());
    for (const auto& file : files) {
        // Its time is that of the rotation: the last moment at which it can have signed.
        const bool isOver = fs::file_time_type::clock::now() - fs::last_write_time(file) > tokenLife;
        if (isOver || file.extension() == ".new") fs::remove(file);
        else keys.push_back(signingKeyOf(loadSecret({}, file)));
    }
    return keys;
}

void SigningKeys::rotate() const
{
    const auto key = signingKeyOf(loadSecret({}, currentFile()));
    const auto retired = folder_ / (currentFile().filename().string() + '.' + key.kid);
    // A link first: at no moment is the old secret without a name.
    fs::remove(retired);
    fs::create_hard_link(currentFile(), retired);
    fs::remove(currentFile());
    fs::last_write_time(retired, fs::file_time_type::clock::now());
    loadSecret({}, currentFile());
}

} // namespace atrium::auth
