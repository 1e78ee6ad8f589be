package dev.gantry.controller.ecs;

import dev.gantry.controller.ecs.document.Refusals;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes a command apart as a shell would, without being one: words, quotes, and backslashes. */
final class CommandWords {

    private static final int LENGTH_MAX = 8192;

    private final String text;
    private final List<String> words = new ArrayList<>();
    private @Nullable StringBuilder word;
    private int at;

    private CommandWords(String text) {
        this.text = text;
    }

    /** At least one; what cannot be taken apart is refused. */
    static List<String> split(String command) {
        if (command.isBlank()) {
            throw Refusals.invalid("command cannot be blank.");
        }
        if (command.length() > LENGTH_MAX) {
            throw Refusals.invalid("command can be at most " + LENGTH_MAX + " characters long.");
        }
        return new CommandWords(command).split();
    }

    private List<String> split() {
        while (at < text.length()) {
            char next = text.charAt(at++);
            switch (next) {
                case ' ', '\t', '\n', '\r' -> end();
                case '\'' -> quoted();
                case '"' -> doubleQuoted();
                case '\\' -> add(escaped());
                default -> add(next);
            }
        }
        end();
        return words;
    }

    private void end() {
        StringBuilder done = word;
        if (done != null) {
            words.add(done.toString());
            word = null;
        }
    }

    private StringBuilder begun() {
        StringBuilder open = word;
        if (open == null) {
            open = new StringBuilder();
            word = open;
        }
        return open;
    }

    private void add(char next) {
        begun().append(next);
    }

    private void quoted() {
        int close = text.indexOf('\'', at);
        if (close < 0) {
            throw unclosed();
        }
        begun().append(text, at, close);
        at = close + 1;
    }

    /** Between double quotes a backslash means something before a quote and before itself only. */
    private void doubleQuoted() {
        StringBuilder open = begun();
        while (at < text.length()) {
            char next = text.charAt(at++);
            if (next == '"') {
                return;
            }
            boolean escapes = next == '\\' && at < text.length() && "\"\\$`".indexOf(text.charAt(at)) >= 0;
            open.append(escapes ? text.charAt(at++) : next);
        }
        throw unclosed();
    }

    private char escaped() {
        if (at >= text.length()) {
            throw Refusals.invalid("The command ends with a backslash.");
        }
        return text.charAt(at++);
    }

    private static RuntimeException unclosed() {
        return Refusals.invalid("The command has a quote that is not closed.");
    }
}
