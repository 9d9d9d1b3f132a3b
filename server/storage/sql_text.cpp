#include "storage/sql_text.h"

#include <cctype>
#include <stdexcept>

namespace atrium::storage {

namespace {

bool isWordCharacter(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$' ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::string upper(std::string_view word)
{
    std::string result(word);
    for (auto& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return result;
}

/// One piece of SQL text.
struct Token {
    enum class Kind { Word, Quoted, Comment, Space, Symbol };
    Kind kind;
    std::size_t begin;
    std::size_t end;
};

std::size_t endOfQuoted(std::string_view sql, std::size_t begin)
{
    const char quote = sql[begin];
    for (auto i = begin + 1; i < sql.size(); ++i) {
        if (sql[i] != quote) continue;
        if (i + 1 < sql.size() && sql[i + 1] == quote) {
            ++i; // a doubled quote stands for itself
            continue;
        }
        return i + 1;
    }
    throw std::invalid_argument("a quote is not closed");
}

Token tokenAt(std::string_view sql, std::size_t begin)
{
    const char c = sql[begin];
    const char next = begin + 1 < sql.size() ? sql[begin + 1] : '\0';
    if (c == '\'' || c == '"' || c == '`') return {Token::Kind::Quoted, begin, endOfQuoted(sql, begin)};
    if (c == '#' || (c == '-' && next == '-')) {
        const auto line = sql.find('\n', begin);
        return {Token::Kind::Comment, begin, line == std::string_view::npos ? sql.size() : line + 1};
    }
    if (c == '/' && next == '*') {
        const auto close = sql.find("*/", begin + 2);
        if (close == std::string_view::npos) throw std::invalid_argument("a comment is not closed");
        return {Token::Kind::Comment, begin, close + 2};
    }
    auto end = begin + 1;
    if (std::isspace(static_cast<unsigned char>(c))) {
        while (end < sql.size() && std::isspace(static_cast<unsigned char>(sql[end]))) ++end;
        return {Token::Kind::Space, begin, end};
    }
    if (isWordCharacter(c)) {
        while (end < sql.size() && isWordCharacter(sql[end])) ++end;
        return {Token::Kind::Word, begin, end};
    }
    return {Token::Kind::Symbol, begin, end};
}

} // namespace

std::vector<std::string> splitStatements(std::string_view script)
{
    std::vector<std::string> statements;
    std::string current;
    bool isCreate = false;
    bool isTrigger = false;
    std::size_t words = 0;
    int depth = 0;
    const auto finish = [&] {
        while (!current.empty() && std::isspace(static_cast<unsigned char>(current.back()))) current.pop_back();
        if (!current.empty()) statements.push_back(std::move(current));
        current.clear();
        isCreate = isTrigger = false;
        words = 0;
        depth = 0;
    };
    for (std::size_t position = 0; position < script.size();) {
        const auto token = tokenAt(script, position);
        position = token.end;
        const auto text = script.substr(token.begin, token.end - token.begin);
        if (token.kind == Token::Kind::Comment || token.kind == Token::Kind::Space) {
            if (!current.empty() && current.back() != '\n')
                current += text.find('\n') != std::string_view::npos ? '\n' : ' ';
            continue;
        }
        if (token.kind == Token::Kind::Symbol && text == ";" && depth == 0) {
            finish();
            continue;
        }
        if (token.kind == Token::Kind::Word) {
            const auto word = upper(text);
            if (words == 0) isCreate = word == "CREATE";
            // CREATE [TEMP] TRIGGER, CREATE DEFINER=... TRIGGER: the word comes before the body.
            if (isCreate && word == "TRIGGER") isTrigger = true;
            if (isTrigger && (word == "BEGIN" || word == "CASE")) ++depth;
            if (isTrigger && word == "END" && depth > 0) --depth;
            ++words;
        }
        current += text;
    }
    if (depth > 0) throw std::invalid_argument("the body of a trigger is not closed by END");
    finish();
    return statements;
}

std::optional<ValuesList> findValuesList(std::string_view sql)
{
    std::optional<ValuesList> list;
    bool isFirstWord = true;
    bool sawValues = false;
    int depth = 0;
    std::size_t open = 0;
    for (std::size_t position = 0; position < sql.size();) {
        const auto token = tokenAt(sql, position);
        position = token.end;
        const auto text = sql.substr(token.begin, token.end - token.begin);
        if (token.kind == Token::Kind::Word) {
            const auto word = upper(text);
            if (isFirstWord && word != "INSERT" && word != "REPLACE") return std::nullopt;
            isFirstWord = false;
            if (depth == 0 && word == "VALUES" && !list) sawValues = true;
            continue;
        }
        if (token.kind != Token::Kind::Symbol) continue;
        if (text == "(") {
            if (depth++ == 0) open = token.begin;
        }
        else if (text == ")") {
            if (--depth == 0 && sawValues && !list) list = ValuesList{open, token.end};
        }
        else if (text == "?") {
            if (depth == 0 || !sawValues || list) return std::nullopt;
        }
        else if (text == "," && depth == 0 && list && sql.find('(', position) != std::string_view::npos &&
                 upper(sql.substr(list->end)).find("UPDATE") == std::string::npos) {
            return std::nullopt; // a second list already
        }
    }
    return list;
}

std::string repeatValuesList(std::string_view sql, ValuesList list, std::size_t count)
{
    const auto one = sql.substr(list.begin, list.end - list.begin);
    std::string repeated;
    repeated.reserve(sql.size() + (one.size() + 1) * count);
    repeated += sql.substr(0, list.begin);
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0) repeated += ',';
        repeated += one;
    }
    repeated += sql.substr(list.end);
    return repeated;
}

} // namespace atrium::storage
