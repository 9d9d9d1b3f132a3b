#pragma once

#include "lexer.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace atrium::jinja {

/// The tokens of a template, one after the other. Throws SyntaxError where another one is expected.
class TokenReader {
protected:
    using Kind = Token::Kind;

    explicit TokenReader(std::string_view source) : tokens_(tokenize(source)) {}

    /// Counts how deep the text is nested: the trees are walked recursively.
    struct Deeper {
        explicit Deeper(TokenReader& reader) : reader(reader)
        {
            if (++reader.depth_ > 64) throw SyntaxError("nested too deeply");
        }
        ~Deeper() { --reader.depth_; }
        TokenReader& reader;
    };

    const Token& current() const { return tokens_[next_]; }
    const Token& after(std::size_t distance) const { return tokens_[std::min(next_ + distance, tokens_.size() - 1)]; }
    Token take() { return tokens_[next_ < tokens_.size() - 1 ? next_++ : next_]; }
    bool isOperator(std::string_view text) const { return current().is(Kind::Operator, text); }
    bool isName(std::string_view text) const { return current().is(Kind::Name, text); }
    bool skipOperator(std::string_view text)
    {
        if (!isOperator(text)) return false;
        take();
        return true;
    }
    bool skipName(std::string_view text)
    {
        if (!isName(text)) return false;
        take();
        return true;
    }
    void expectOperator(std::string_view text)
    {
        if (!skipOperator(text))
            throw SyntaxError("expected '" + std::string(text) + "', found '" + current().text + "'");
    }
    std::string expectName()
    {
        if (current().kind != Kind::Name) throw SyntaxError("expected a name, found '" + current().text + "'");
        return take().text;
    }
    void closeBlock()
    {
        if (take().kind != Kind::CloseBlock) throw SyntaxError("expected '%}'");
    }

private:
    std::vector<Token> tokens_;
    std::size_t next_ = 0;
    int depth_ = 0;
};

} // namespace atrium::jinja
