#include "lexer.h"

#include "ast.h"

#include <array>

namespace atrium::jinja {

namespace {

bool isNameStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_' || (c & 0x80); }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string unescape(std::string_view raw)
{
    std::string out;
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '\\' || i + 1 == raw.size()) {
            out += raw[i];
            continue;
        }
        switch (const char c = raw[++i]) {
        case 'n': out += '\n'; break;
        case 't': out += '\t'; break;
        case 'r': out += '\r'; break;
        case '\\':
        case '\'':
        case '"': out += c; break;
        default: (out += '\\') += c; // as Python keeps unknown escapes, which regular expressions rely on
        }
    }
    return out;
}

class Lexer {
public:
    explicit Lexer(std::string_view source) : rest_(source) {}

    std::vector<Token> run()
    {
        while (!rest_.empty()) {
            const auto open = nextOpening();
            if (open == std::string_view::npos) {
                addText(rest_);
                break;
            }
            const char kind = rest_[open + 1];
            const bool trims = open + 2 < rest_.size() && rest_[open + 2] == '-';
            addText(rest_.substr(0, open), trims);
            rest_.remove_prefix(open + 2 + (trims || startsWithPlus(open) ? 1 : 0));
            if (kind == '#') skipComment();
            else inside(kind);
        }
        tokens_.push_back({});
        return std::move(tokens_);
    }

private:
    bool startsWithPlus(std::size_t open) const
    {
        return rest_[open + 1] == '%' && open + 2 < rest_.size() && rest_[open + 2] == '+';
    }
    std::size_t nextOpening() const
    {
        for (std::size_t i = 0; i + 1 < rest_.size(); ++i)
            if (rest_[i] == '{' && (rest_[i + 1] == '{' || rest_[i + 1] == '%' || rest_[i + 1] == '#')) return i;
        return std::string_view::npos;
    }
    void addText(std::string_view text, bool trimsEnd = false)
    {
        if (trimNext_)
            while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
        trimNext_ = false;
        if (trimsEnd)
            while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
        if (!text.empty()) tokens_.push_back({Token::Kind::Text, std::string(text)});
    }
    void skipComment()
    {
        const auto end = rest_.find("#}");
        if (end == std::string_view::npos) throw SyntaxError("a comment does not end");
        trimNext_ = end > 0 && rest_[end - 1] == '-';
        rest_.remove_prefix(end + 2);
    }
    void add(Token::Kind kind, std::string text, std::size_t length)
    {
        tokens_.push_back({kind, std::move(text)});
        rest_.remove_prefix(length);
    }
    void inside(char kind)
    {
        const bool isOutput = kind == '{';
        tokens_.push_back({isOutput ? Token::Kind::OpenOutput : Token::Kind::OpenBlock, {}});
        const std::string_view end = isOutput ? "}}" : "%}";
        int brackets = 0; // `}}` ends nothing inside of a dict literal
        for (;;) {
            while (!rest_.empty() && isSpace(rest_.front())) rest_.remove_prefix(1);
            if (rest_.empty()) throw SyntaxError("a block does not end");
            if (brackets == 0) {
                const bool trims = rest_.front() == '-' && rest_.substr(1).starts_with(end);
                if (trims || rest_.starts_with(end)) {
                    trimNext_ = trims;
                    add(isOutput ? Token::Kind::CloseOutput : Token::Kind::CloseBlock, {}, trims ? 3 : 2);
                    return;
                }
            }
            const char c = rest_.front();
            if (isNameStart(c)) name();
            else if (isDigit(c)) number();
            else if (c == '\'' || c == '"') string(c);
            else {
                if (c == '{' || c == '[' || c == '(') ++brackets;
                if ((c == '}' || c == ']' || c == ')') && --brackets < 0) throw SyntaxError("a bracket too many");
                operation();
            }
        }
    }
    void name()
    {
        std::size_t length = 1;
        while (length < rest_.size() && (isNameStart(rest_[length]) || isDigit(rest_[length]))) ++length;
        add(Token::Kind::Name, std::string(rest_.substr(0, length)), length);
    }
    void number()
    {
        std::size_t length = 0;
        const auto digits = [&] {
            while (length < rest_.size() && (isDigit(rest_[length]) || rest_[length] == '_')) ++length;
        };
        digits();
        // After a dot it is an index (`events.0.1`), never the start of a float.
        const bool isIndex = !tokens_.empty() && tokens_.back().is(Token::Kind::Operator, ".");
        bool isFloat = false;
        if (!isIndex) {
            if (length + 1 < rest_.size() && rest_[length] == '.' && isDigit(rest_[length + 1])) {
                isFloat = true;
                ++length;
                digits();
            }
            if (length < rest_.size() && (rest_[length] | 0x20) == 'e') {
                std::size_t exponent = length + 1;
                if (exponent < rest_.size() && (rest_[exponent] == '+' || rest_[exponent] == '-')) ++exponent;
                if (exponent < rest_.size() && isDigit(rest_[exponent])) {
                    isFloat = true;
                    length = exponent;
                    digits();
                }
            }
        }
        std::string text(rest_.substr(0, length));
        std::erase(text, '_');
        add(isFloat ? Token::Kind::Float : Token::Kind::Integer, std::move(text), length);
    }
    void string(char quote)
    {
        std::size_t end = 1;
        while (end < rest_.size() && rest_[end] != quote) end += rest_[end] == '\\' ? 2 : 1;
        if (end >= rest_.size()) throw SyntaxError("a text does not end");
        add(Token::Kind::String, unescape(rest_.substr(1, end - 1)), end + 1);
    }
    void operation()
    {
        constexpr std::array<std::string_view, 6> two{"==", "!=", "<=", ">=", "//", "**"};
        for (const auto candidate : two)
            if (rest_.starts_with(candidate)) return add(Token::Kind::Operator, std::string(candidate), 2);
        if (std::string_view("+-*/%~|.,:;()[]{}<>=").find(rest_.front()) == std::string_view::npos)
            throw SyntaxError(std::string("unexpected '") + rest_.front() + "'");
        add(Token::Kind::Operator, std::string(1, rest_.front()), 1);
    }

    std::string_view rest_;
    std::vector<Token> tokens_;
    bool trimNext_ = false;
};

} // namespace

std::vector<Token> tokenize(std::string_view source) { return Lexer(source).run(); }

} // namespace atrium::jinja
