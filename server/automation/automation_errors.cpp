#include "automation/automation_errors.h"

#include <charconv>
#include <optional>

namespace atrium::automation {

namespace {

/// Characters of UTF-8.
int countCharacters(std::string_view text)
{
    int count = 0;
    for (const unsigned char c : text) count += (c & 0xC0) != 0x80;
    return count;
}

std::string_view lineOf(std::string_view source, int number)
{
    for (; number > 1; --number) {
        const auto end = source.find('\n');
        if (end == std::string_view::npos) return {};
        source.remove_prefix(end + 1);
    }
    return source.substr(0, source.find('\n'));
}

/// The number in the first `:NUMBER:` of the message, and what follows it. The name of a file may hold colons itself.
std::optional<std::pair<int, std::string_view>> numbered(std::string_view message)
{
    for (std::size_t at = 0; (at = message.find(':', at)) != std::string_view::npos;) {
        const char* end = message.data() + message.size();
        int number = 0;
        const auto [next, fault] = std::from_chars(message.data() + ++at, end, number);
        if (fault == std::errc() && number > 0 && next != end && *next == ':')
            return std::pair{number, std::string_view(next + 1, end)};
    }
    return {};
}

/// Looks for what stands between `open` and `close`, and in the line too.
std::string_view quoted(std::string_view message, std::string_view open, char close, std::string_view line)
{
    for (std::size_t at = 0; (at = message.find(open, at)) != std::string_view::npos;) {
        at += open.size();
        const auto word = message.substr(at, message.find(close, at) - at);
        if (!word.empty() && line.find(word) != std::string_view::npos) return word;
    }
    return {};
}

} // namespace

std::int64_t lineOfMessage(std::string_view message)
{
    const auto found = numbered(message);
    return found ? found->first : 0;
}

FieldError scriptFault(std::string pointer, const std::string& message, const std::string& source)
{
    FieldError fault{std::move(pointer), message};
    // An error in a module of the site has its place there.
    const auto found = message.starts_with("lib/") ? std::nullopt : numbered(message);
    if (!found) return fault;
    const auto& [number, text] = *found;
    const auto line = lineOf(source, number);
    fault.place = TextPlace{number, 0, 0};
    // Lua names the token where it gave up; our own errors name in quotes what is wrong.
    for (const auto& [open, close] : {std::pair{"near '", '\''}, std::pair{"\"", '"'}, std::pair{"'", '\''}}) {
        const auto word = quoted(text, open, close, line);
        if (word.empty()) continue;
        const int column = countCharacters(line.substr(0, line.rfind(word))) + 1;
        fault.place = TextPlace{number, column, column + countCharacters(word)};
        break;
    }
    return fault;
}

Error unknownAutomation()
{
    return makeError(ErrorCode::NotFound, {"Automatisation inconnue", "There is no such automation"});
}

Error ownedByPlugin()
{
    return makeError(ErrorCode::Conflict,
                     {"Cette automatisation appartient à une extension : modifiez-la là où elle a été créée",
                      "This automation belongs to a plugin: change it where it was made"});
}

Error busy()
{
    return makeError(ErrorCode::Unavailable, {"Le serveur est occupé, réessayez", "The server is busy, try again"});
}

Error scriptError(const Error& error, const std::string& source)
{
    if (error.code != ErrorCode::Unprocessable) return error;
    const auto& message = error.message.en;
    auto fault =
        makeError(ErrorCode::Unprocessable, {"Erreur dans le script : " + message, "Error in the script: " + message});
    fault.fields.push_back(scriptFault("/source", message, source));
    return fault;
}

} // namespace atrium::automation
