package dev.gantry.controller.scheduler.query;

import dev.gantry.controller.scheduler.query.Expression.And;
import dev.gantry.controller.scheduler.query.Expression.Comparison;
import dev.gantry.controller.scheduler.query.Expression.Not;
import dev.gantry.controller.scheduler.query.Expression.Or;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Reads a query by recursive descent: "or" binds least, then "and", then "not". */
final class Parser {

    private static final int NAME_LENGTH_MAX = 128;
    private static final String ATTRIBUTE = "attribute:";

    /** The longer symbol first, so that ">" does not hide ">=". */
    private static final List<Operator> BY_SYMBOL = Arrays.stream(Operator.values())
            .filter(operator -> !Character.isLetter(
                    operator.symbol().charAt(operator.symbol().length() - 1)))
            .sorted(Comparator.comparingInt(
                    (Operator operator) -> -operator.symbol().length()))
            .toList();

    private static final String SUBJECTS =
            Arrays.stream(Subject.Kind.values()).map(Subject.Kind::spelling).collect(Collectors.joining(", "));
    private static final String OPERATORS =
            Arrays.stream(Operator.values()).map(Operator::symbol).collect(Collectors.joining(" "));

    private final Scanner scanner;
    private int depth;

    Parser(String text) {
        if (text.length() > ClusterQuery.LENGTH_MAX) {
            throw new QueryException(
                    ClusterQuery.LENGTH_MAX,
                    "expected at most " + ClusterQuery.LENGTH_MAX + " characters, found " + text.length());
        }
        this.scanner = new Scanner(text);
    }

    Expression parse() {
        Expression expression = alternatives();
        if (!scanner.atEnd()) {
            throw scanner.error("and, or, or the end");
        }
        return expression;
    }

    private Expression alternatives() {
        List<Expression> parts = new ArrayList<>(List.of(conjunction()));
        while (scanner.take("||") || scanner.takeWord("or")) {
            parts.add(conjunction());
        }
        return parts.size() == 1 ? parts.getFirst() : new Or(List.copyOf(parts));
    }

    private Expression conjunction() {
        List<Expression> parts = new ArrayList<>(List.of(term()));
        while (scanner.take("&&") || scanner.takeWord("and")) {
            parts.add(term());
        }
        return parts.size() == 1 ? parts.getFirst() : new And(List.copyOf(parts));
    }

    private Expression term() {
        if (++depth > ClusterQuery.DEPTH_MAX) {
            throw new QueryException(
                    scanner.position(),
                    "expected at most " + ClusterQuery.DEPTH_MAX + " levels of parentheses and not");
        }
        try {
            if (scanner.take("!") || scanner.takeWord("not")) {
                return new Not(term());
            }
            if (scanner.take("(")) {
                Expression inner = alternatives();
                if (!scanner.take(")")) {
                    throw scanner.error("and, or, or )");
                }
                return inner;
            }
            return comparison();
        } finally {
            depth--;
        }
    }

    private Expression comparison() {
        Subject subject = subject();
        int position = scanner.position();
        Operator operator = operator();
        if (!subject.kind().takes(operator)) {
            String allowed = Arrays.stream(Operator.values())
                    .filter(subject.kind()::takes)
                    .map(Operator::symbol)
                    .collect(Collectors.joining(" "));
            throw new QueryException(
                    position,
                    "expected one of "
                            + allowed
                            + " after "
                            + subject.kind().spelling()
                            + ", found "
                            + operator.symbol());
        }
        return new Comparison(subject, operator, arguments(subject, operator));
    }

    private Subject subject() {
        int position = scanner.position();
        String word = scanner.subject();
        if (word.startsWith(ATTRIBUTE)) {
            String name = word.substring(ATTRIBUTE.length());
            if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
                throw new QueryException(
                        position + ATTRIBUTE.length(),
                        "expected the name of an attribute, 1 to "
                                + NAME_LENGTH_MAX
                                + " characters, found "
                                + name.length());
            }
            return new Subject(Subject.Kind.ATTRIBUTE, name);
        }
        return Arrays.stream(Subject.Kind.values())
                .filter(kind -> kind.spelling().equals(word))
                .findFirst()
                .map(kind -> new Subject(kind, ""))
                .orElseThrow(() -> unknownSubject(position, word));
    }

    private QueryException unknownSubject(int position, String word) {
        String expected = "a subject (" + SUBJECTS + ")";
        return word.isEmpty()
                ? scanner.error(expected)
                : new QueryException(position, "expected " + expected + ", found \"" + word + "\"");
    }

    private Operator operator() {
        // "!exists" and "!in" are symbol and word in one.
        if (scanner.takeWord(Operator.NOT_EXISTS.symbol())) {
            return Operator.NOT_EXISTS;
        }
        if (scanner.takeWord(Operator.NOT_IN.symbol())) {
            return Operator.NOT_IN;
        }
        for (Operator operator : BY_SYMBOL) {
            if (scanner.take(operator.symbol())) {
                return operator;
            }
        }
        for (Operator operator : Operator.values()) {
            if (scanner.takeWord(operator.word())) {
                return operator;
            }
        }
        throw scanner.error("an operator (" + OPERATORS + ")");
    }

    private List<Value> arguments(Subject subject, Operator operator) {
        return switch (operator.argument()) {
            case NONE -> List.of();
            case ONE -> List.of(value(subject));
            case LIST -> list(subject);
            case PATTERN -> {
                int position = scanner.position();
                int quote = scanner.follows('\'') || scanner.follows('"') ? 1 : 0;
                yield List.of(new Value.Regex(BoundedPattern.compile(scanner.pattern(), position + quote)));
            }
        };
    }

    private List<Value> list(Subject subject) {
        if (!scanner.take("[")) {
            throw scanner.error("a list in brackets, for example [a, b]");
        }
        List<Value> values = new ArrayList<>();
        do {
            values.add(value(subject));
        } while (scanner.take(","));
        if (!scanner.take("]")) {
            throw scanner.error(", or ]");
        }
        return List.copyOf(values);
    }

    private Value value(Subject subject) {
        int position = scanner.position();
        return switch (subject.kind()) {
            case AGENT_CONNECTED -> flag(scanner.value("true or false"), position);
            case RUNNING_TASKS -> count(scanner.value("a whole number"), position);
            case REGISTERED_AT -> new Value.Moment(Dates.read(scanner.value("a date"), position));
            case AGENT_VERSION, ATTRIBUTE, INSTANCE_ID, TASK_GROUP -> new Value.Text(scanner.value("a value"));
        };
    }

    private static Value flag(String word, int position) {
        return switch (word) {
            case "true" -> new Value.Flag(true);
            case "false" -> new Value.Flag(false);
            default -> throw new QueryException(position, "expected true or false, found \"" + word + "\"");
        };
    }

    private static Value count(String word, int position) {
        if (!word.matches("\\d{1,9}")) {
            throw new QueryException(position, "expected a whole number of at most 9 digits, found \"" + word + "\"");
        }
        return new Value.Count(Long.parseLong(word));
    }
}
