#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace atrium::jinja {

struct Token {
    enum class Kind {
        Text,        ///< outside of {{ }} and {% %}
        OpenOutput,  ///< {{
        CloseOutput, ///< }}
        OpenBlock,   ///< {%
        CloseBlock,  ///< %}
        Name,
        String, ///< with escapes resolved
        Integer,
        Float,
        Operator,
        End
    };
    Kind kind = Kind::End;
    std::string text;

    bool is(Kind wanted, std::string_view content) const { return kind == wanted && text == content; }
};

/// A template as tokens; whitespace control (`{%-`, `-%}`) is applied and comments are gone. Throws SyntaxError.
std::vector<Token> tokenize(std::string_view source);

} // namespace atrium::jinja
