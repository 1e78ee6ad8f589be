package dev.gantry.controller.scheduler.query;

/** Reads a query character by character and says what it found in place of what was expected. */
final class Scanner {

    private final String text;
    private int position;

    Scanner(String text) {
        this.text = text;
    }

    /** Where the next thing starts. */
    int position() {
        skipSpace();
        return position;
    }

    boolean atEnd() {
        skipSpace();
        return position == text.length();
    }

    /** Takes the symbol if it comes next. */
    boolean take(String symbol) {
        skipSpace();
        if (!text.startsWith(symbol, position)) {
            return false;
        }
        position += symbol.length();
        return true;
    }

    /** Takes the word if it comes next and ends there. */
    boolean takeWord(String word) {
        skipSpace();
        int end = position + word.length();
        if (!text.startsWith(word, position) || (end < text.length() && isWordPart(text.charAt(end)))) {
            return false;
        }
        position = end;
        return true;
    }

    boolean follows(char symbol) {
        skipSpace();
        return position < text.length() && text.charAt(position) == symbol;
    }

    /** The longest run of characters that a subject may have; empty when there is none. */
    String subject() {
        skipSpace();
        int start = position;
        while (position < text.length() && isSubjectPart(text.charAt(position))) {
            position++;
        }
        return text.substring(start, position);
    }

    /** A value in quotes, or up to a space, comma, parenthesis, bracket or logical symbol. */
    String value(String expected) {
        skipSpace();
        if (follows('\'') || follows('"')) {
            return quoted();
        }
        int start = position;
        while (position < text.length() && !endsValue(position)) {
            position++;
        }
        if (start == position) {
            throw error(expected);
        }
        return text.substring(start, position);
    }

    /**
     * A pattern in quotes, or up to a space or closing parenthesis that the pattern did not open.
     */
    String pattern() {
        skipSpace();
        if (follows('\'') || follows('"')) {
            return quoted();
        }
        int start = position;
        int open = 0;
        while (position < text.length()) {
            char c = text.charAt(position);
            if (Character.isWhitespace(c) || (c == ')' && open == 0)) {
                break;
            }
            open += c == '(' ? 1 : c == ')' ? -1 : 0;
            // What follows a backslash is the pattern's own, even a parenthesis.
            position += c == '\\' && position + 1 < text.length() ? 2 : 1;
        }
        if (start == position) {
            throw error("a regular expression");
        }
        return text.substring(start, position);
    }

    QueryException error(String expected) {
        skipSpace();
        return new QueryException(position, "expected " + expected + ", found " + here());
    }

    private String quoted() {
        char quote = text.charAt(position);
        int end = text.indexOf(quote, position + 1);
        if (end < 0) {
            throw new QueryException(position, "expected a closing " + quote + ", found the end");
        }
        String value = text.substring(position + 1, end);
        position = end + 1;
        return value;
    }

    private String here() {
        if (position == text.length()) {
            return "the end";
        }
        int end = position;
        while (end < text.length() && end < position + 20 && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return "\"" + text.substring(position, end) + "\"";
    }

    private boolean endsValue(int at) {
        char c = text.charAt(at);
        return Character.isWhitespace(c)
                || "(),[]".indexOf(c) >= 0
                || text.startsWith("&&", at)
                || text.startsWith("||", at);
    }

    private void skipSpace() {
        while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
            position++;
        }
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }

    private static boolean isSubjectPart(char c) {
        return isWordPart(c) || "-./\\:@".indexOf(c) >= 0;
    }
}
