#pragma once

#include "ast.h"
#include "token_reader.h"

#include <initializer_list>

namespace atrium::jinja {

/// Parses expressions, weakest operator first; the order is Jinja's own.
class ExpressionParser : public TokenReader {
protected:
    using TokenReader::TokenReader;

    ExpressionPtr tupleOrExpression();
    ExpressionPtr expression();
    /// Without `a if b else c`.
    ExpressionPtr orExpression();

private:
    enum class Filters { Taken, Left };
    ExpressionPtr andExpression();
    ExpressionPtr notExpression();
    ExpressionPtr comparison();
    template <class Next>
    ExpressionPtr leftToRight(std::initializer_list<std::string_view> operations, Next operand)
    {
        auto left = operand();
        for (;;) {
            std::string found;
            for (const auto operation : operations)
                if (isOperator(operation)) found = operation;
            if (found.empty()) return left;
            take();
            left = makeBinary(found, std::move(left), operand());
        }
    }
    ExpressionPtr sum();
    ExpressionPtr concatenation();
    ExpressionPtr product();
    ExpressionPtr power();
    ExpressionPtr unary(Filters filters);
    ExpressionPtr primary();
    ExpressionPtr parenthesized();
    std::vector<ExpressionPtr> itemsUntil(std::string_view end);
    ExpressionPtr dict();
    ExpressionPtr postfix(ExpressionPtr value);
    ExpressionPtr subscript(ExpressionPtr value);
    /// After the opening parenthesis.
    Arguments arguments();
    ExpressionPtr filtered(ExpressionPtr value);
    ExpressionPtr test(ExpressionPtr value);
};

} // namespace atrium::jinja
