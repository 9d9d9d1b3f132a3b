#include "parser.h"

#include "expression_parser.h"

namespace atrium::jinja {

namespace {

/// Parses statements.
class Parser : private ExpressionParser {
public:
    explicit Parser(std::string_view source) : ExpressionParser(source) {}

    Block whole()
    {
        Block block = blockUntil({});
        if (current().kind != Kind::End) throw SyntaxError("unexpected {% " + current().text + " %}");
        return block;
    }

private:
    /// Up to one of the words in `{% word`, which is left to be taken.
    Block blockUntil(std::initializer_list<std::string_view> ends)
    {
        const Deeper deeper(*this);
        Block block;
        for (;;) {
            if (current().kind == Kind::End) {
                if (ends.size() != 0) throw SyntaxError("a block is not closed");
                return block;
            }
            if (current().kind == Kind::Text) block.push_back(makeText(take().text));
            else if (current().kind == Kind::OpenOutput) {
                take();
                block.push_back(makeOutput(tupleOrExpression()));
                if (take().kind != Kind::CloseOutput) throw SyntaxError("expected '}}'");
            }
            else if (current().kind == Kind::OpenBlock) {
                for (const auto end : ends)
                    if (after(1).is(Kind::Name, end)) return block;
                take();
                block.push_back(statement());
            }
            else throw SyntaxError("unexpected '" + current().text + "'");
        }
    }
    /// The word after `{%`, taken.
    std::string blockWord()
    {
        take();
        return expectName();
    }
    StatementPtr statement()
    {
        const std::string word = expectName();
        if (word == "if") return ifStatement();
        if (word == "for") return forStatement();
        if (word == "set") return setStatement();
        if ((word == "continue" || word == "break") && loops_ > 0) {
            closeBlock();
            return makeJump(word == "break" ? Flow::Break : Flow::Continue);
        }
        throw SyntaxError("unknown or misplaced {% " + word + " %}");
    }
    StatementPtr ifStatement()
    {
        std::vector<std::pair<ExpressionPtr, Block>> branches;
        Block otherwise;
        for (;;) {
            auto condition = tupleOrExpression();
            closeBlock();
            branches.emplace_back(std::move(condition), blockUntil({"elif", "else", "endif"}));
            const auto word = blockWord();
            if (word == "elif") continue;
            if (word == "else") {
                closeBlock();
                otherwise = blockUntil({"endif"});
                blockWord();
            }
            closeBlock();
            return makeIf(std::move(branches), std::move(otherwise));
        }
    }
    StatementPtr forStatement()
    {
        Target target = loopTarget();
        if (!skipName("in")) throw SyntaxError("expected 'in'");
        auto items = orExpression(); // no `if ... else` here: `if` is the loop's filter
        ExpressionPtr condition;
        if (skipName("if")) condition = expression();
        skipName("recursive");
        closeBlock();
        ++loops_;
        Block body = blockUntil({"else", "endfor"});
        --loops_;
        Block otherwise;
        if (blockWord() == "else") {
            closeBlock();
            otherwise = blockUntil({"endfor"});
            blockWord();
        }
        closeBlock();
        return makeFor(std::move(target), std::move(items), std::move(condition), std::move(body),
                       std::move(otherwise));
    }
    Target loopTarget()
    {
        Target target;
        const bool inParentheses = skipOperator("(");
        do {
            target.names.push_back(expectName());
        } while (skipOperator(",") && (target.unpacks = true));
        if (inParentheses) expectOperator(")");
        return target;
    }
    StatementPtr setStatement()
    {
        Target target = loopTarget();
        if (!target.unpacks && skipOperator(".")) target.member = expectName();
        if (skipOperator("=")) {
            auto value = tupleOrExpression();
            closeBlock();
            return makeSet(std::move(target), std::move(value));
        }
        closeBlock();
        Block body = blockUntil({"endset"});
        blockWord();
        closeBlock();
        return makeSetBlock(std::move(target), std::move(body));
    }

    int loops_ = 0;
};

} // namespace

Block parse(std::string_view source)
{
    if (source.size() > 16 * 1024) throw SyntaxError("longer than 16 KB");
    return Parser(source).whole();
}

} // namespace atrium::jinja
