package dev.gantry.controller.scheduler.query;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** How a subject is compared with its argument. */
enum Operator {
    EQUAL("==", "equals", Argument.ONE),
    NOT_EQUAL("!=", "not_equals", Argument.ONE),
    GREATER(">", "greater_than", Argument.ONE),
    GREATER_OR_EQUAL(">=", "greater_than_equal", Argument.ONE),
    LESS("<", "less_than", Argument.ONE),
    LESS_OR_EQUAL("<=", "less_than_equal", Argument.ONE),
    EXISTS("exists", "exists", Argument.NONE),
    NOT_EXISTS("!exists", "not_exists", Argument.NONE),
    IN("in", "in", Argument.LIST),
    NOT_IN("!in", "not_in", Argument.LIST),
    MATCHES("=~", "matches", Argument.PATTERN),
    NOT_MATCHES("!~", "not_matches", Argument.PATTERN);

    /** What follows the operator. */
    enum Argument {
        NONE,
        ONE,
        LIST,
        PATTERN
    }

    static final Set<Operator> WITHOUT_PATTERNS =
            Collections.unmodifiableSet(EnumSet.complementOf(EnumSet.of(MATCHES, NOT_MATCHES)));
    static final Set<Operator> WITHOUT_ORDER = Collections.unmodifiableSet(
            EnumSet.of(EQUAL, NOT_EQUAL, EXISTS, NOT_EXISTS, IN, NOT_IN, MATCHES, NOT_MATCHES));

    private final String symbol;
    private final String word;
    private final Argument argument;

    Operator(String symbol, String word, Argument argument) {
        this.symbol = symbol;
        this.word = word;
        this.argument = argument;
    }

    String symbol() {
        return symbol;
    }

    String word() {
        return word;
    }

    Argument argument() {
        return argument;
    }
}
