#include "parser.h"

#include "functions.h"
#include "lexer.h"

#include <charconv>
#include <initializer_list>

namespace atrium::jinja {

namespace {

using Kind = Token::Kind;

class Parser {
public:
    explicit Parser(std::string_view source) : tokens_(tokenize(source)) {}

    Block whole()
    {
        Block block = blockUntil({});
        if (current().kind != Kind::End) throw SyntaxError("unexpected {% " + current().text + " %}");
        return block;
    }

private:
    /// Counts how deep the text is nested: the trees are walked recursively.
    struct Deeper {
        explicit Deeper(Parser& parser) : parser(parser)
        {
            if (++parser.depth_ > 64) throw SyntaxError("nested too deeply");
        }
        ~Deeper() { --parser.depth_; }
        Parser& parser;
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

    // Statements.

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

    // Expressions, weakest operator first; the order is Jinja's own.

    ExpressionPtr tupleOrExpression()
    {
        auto first = expression();
        if (!isOperator(",")) return first;
        std::vector<ExpressionPtr> items;
        items.push_back(std::move(first));
        while (skipOperator(",")) {
            if (current().kind == Kind::CloseBlock || current().kind == Kind::CloseOutput) break;
            items.push_back(expression());
        }
        return makeList(std::move(items), true);
    }
    ExpressionPtr expression()
    {
        const Deeper deeper(*this);
        auto value = orExpression();
        while (skipName("if")) {
            auto condition = orExpression();
            auto otherwise = skipName("else") ? expression() : makeConstant(Undefined{});
            value = makeChoice(std::move(condition), std::move(value), std::move(otherwise));
        }
        return value;
    }
    ExpressionPtr orExpression()
    {
        auto left = andExpression();
        while (skipName("or")) left = makeLogic("or", std::move(left), andExpression());
        return left;
    }
    ExpressionPtr andExpression()
    {
        auto left = notExpression();
        while (skipName("and")) left = makeLogic("and", std::move(left), notExpression());
        return left;
    }
    ExpressionPtr notExpression()
    {
        const Deeper deeper(*this);
        if (isName("not")) {
            take();
            return makeUnary('!', notExpression());
        }
        return comparison();
    }
    ExpressionPtr comparison()
    {
        auto first = sum();
        std::vector<std::pair<std::string, ExpressionPtr>> rest;
        for (;;) {
            std::string operation;
            if (current().kind == Kind::Operator)
                for (const auto candidate : {"==", "!=", "<=", ">=", "<", ">"})
                    if (current().text == candidate) operation = candidate;
            if (isName("in")) operation = "in";
            if (isName("not") && after(1).is(Kind::Name, "in")) {
                take();
                operation = "not in";
            }
            if (operation.empty()) break;
            take();
            rest.emplace_back(std::move(operation), sum());
        }
        return rest.empty() ? std::move(first) : makeComparison(std::move(first), std::move(rest));
    }
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
    ExpressionPtr sum()
    {
        return leftToRight({"+", "-"}, [this] { return concatenation(); });
    }
    ExpressionPtr concatenation()
    {
        return leftToRight({"~"}, [this] { return product(); });
    }
    ExpressionPtr product()
    {
        return leftToRight({"*", "/", "//", "%"}, [this] { return power(); });
    }
    ExpressionPtr power()
    {
        return leftToRight({"**"}, [this] { return unary(Filters::Taken); });
    }
    enum class Filters { Taken, Left };
    ExpressionPtr unary(Filters filters)
    {
        const Deeper deeper(*this);
        ExpressionPtr value;
        if (isOperator("-") || isOperator("+")) {
            const char sign = take().text[0];
            value = makeUnary(sign, unary(Filters::Left)); // -x|abs filters the negative number
        }
        else value = postfix(primary());
        return filters == Filters::Taken ? filtered(std::move(value)) : std::move(value);
    }
    ExpressionPtr primary()
    {
        Token token = take();
        switch (token.kind) {
        case Kind::Name:
            if (token.text == "true" || token.text == "True") return makeConstant(true);
            if (token.text == "false" || token.text == "False") return makeConstant(false);
            if (token.text == "none" || token.text == "None") return makeConstant(None{});
            return makeName(std::move(token.text));
        case Kind::String:
            while (current().kind == Kind::String) token.text += take().text;
            return makeConstant(std::move(token.text));
        case Kind::Integer: {
            std::int64_t number = 0;
            const auto error = std::from_chars(token.text.data(), token.text.data() + token.text.size(), number).ec;
            if (error != std::errc{}) throw SyntaxError("a number is too large");
            return makeConstant(number);
        }
        case Kind::Float: return makeConstant(parseFloat(token.text).value_or(0));
        case Kind::Operator:
            if (token.text == "(") return parenthesized();
            if (token.text == "[") return makeList(itemsUntil("]"), false);
            if (token.text == "{") return dict();
            break;
        default: break;
        }
        throw SyntaxError("unexpected '" + token.text + "'");
    }
    ExpressionPtr parenthesized()
    {
        if (skipOperator(")")) return makeList({}, true);
        auto first = expression();
        if (skipOperator(")")) return first;
        expectOperator(",");
        auto items = itemsUntil(")");
        items.insert(items.begin(), std::move(first));
        return makeList(std::move(items), true);
    }
    std::vector<ExpressionPtr> itemsUntil(std::string_view end)
    {
        std::vector<ExpressionPtr> items;
        while (!skipOperator(end)) {
            if (!items.empty()) {
                expectOperator(",");
                if (skipOperator(end)) break;
            }
            items.push_back(expression());
        }
        return items;
    }
    ExpressionPtr dict()
    {
        std::vector<std::pair<ExpressionPtr, ExpressionPtr>> items;
        while (!skipOperator("}")) {
            if (!items.empty()) {
                expectOperator(",");
                if (skipOperator("}")) break;
            }
            auto key = expression();
            expectOperator(":");
            items.emplace_back(std::move(key), expression());
        }
        return makeDict(std::move(items));
    }
    ExpressionPtr postfix(ExpressionPtr value)
    {
        for (;;) {
            if (skipOperator(".")) {
                if (current().kind == Kind::Integer)
                    value =
                        makeItem(std::move(value), makeConstant(static_cast<std::int64_t>(std::stoll(take().text))));
                else value = makeMember(std::move(value), expectName());
            }
            else if (skipOperator("[")) value = subscript(std::move(value));
            else if (skipOperator("(")) value = makeCall(std::move(value), arguments());
            else return value;
        }
    }
    ExpressionPtr subscript(ExpressionPtr value)
    {
        std::vector<ExpressionPtr> parts(1);
        while (!isOperator("]")) {
            if (skipOperator(":")) {
                parts.emplace_back();
                continue;
            }
            if (parts.back()) throw SyntaxError("expected ']'");
            parts.back() = expression();
        }
        take();
        if (parts.size() == 1) {
            if (!parts[0]) throw SyntaxError("an index is missing");
            return makeItem(std::move(value), std::move(parts[0]));
        }
        if (parts.size() > 3) throw SyntaxError("a slice has three parts at most");
        parts.resize(3);
        return makeSlice(std::move(value), std::move(parts[0]), std::move(parts[1]), std::move(parts[2]));
    }
    /// After the opening parenthesis.
    Arguments arguments()
    {
        Arguments list;
        bool isFirst = true;
        while (!skipOperator(")")) {
            if (!std::exchange(isFirst, false)) {
                expectOperator(",");
                if (skipOperator(")")) break;
            }
            if (current().kind == Kind::Name && after(1).is(Kind::Operator, "=")) {
                auto name = take().text;
                take();
                list.named.emplace_back(std::move(name), expression());
            }
            else list.positional.push_back(expression());
        }
        return list;
    }
    ExpressionPtr filtered(ExpressionPtr value)
    {
        for (;;) {
            if (skipOperator("|")) {
                auto name = expectName();
                if (!isFilter(name)) throw SyntaxError("unknown filter '" + name + "'");
                Arguments list;
                if (skipOperator("(")) list = arguments();
                value = makeFilter(std::move(value), std::move(name), std::move(list));
            }
            else if (skipName("is")) value = test(std::move(value));
            else if (skipOperator("(")) value = makeCall(std::move(value), arguments());
            else return value;
        }
    }
    ExpressionPtr test(ExpressionPtr value)
    {
        const bool negated = skipName("not");
        auto name = expectName();
        if (!isTest(name)) throw SyntaxError("unknown test '" + name + "'");
        Arguments list;
        const auto& token = current();
        const bool isWord = token.kind == Kind::Name && token.text != "else" && token.text != "or" &&
                            token.text != "and" && token.text != "is" && token.text != "if" && token.text != "in" &&
                            token.text != "not";
        if (skipOperator("(")) list = arguments();
        else if (isWord || token.kind == Kind::String || token.kind == Kind::Integer || token.kind == Kind::Float ||
                 isOperator("[") || isOperator("{"))
            list.positional.push_back(postfix(primary()));
        return makeTest(std::move(value), std::move(name), std::move(list), negated);
    }

    std::vector<Token> tokens_;
    std::size_t next_ = 0;
    int depth_ = 0;
    int loops_ = 0;
};

} // namespace

Block parse(std::string_view source)
{
    if (source.size() > 16 * 1024) throw SyntaxError("longer than 16 KB");
    return Parser(source).whole();
}

} // namespace atrium::jinja
