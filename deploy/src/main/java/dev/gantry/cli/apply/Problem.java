package dev.gantry.cli.apply;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;

/** Something wrong in a file, and where: line and column count from 1. */
public record Problem(String file, int line, int column, String text) {

    static Problem at(String file, @Nullable Mark mark, String text) {
        return new Problem(file, mark == null ? 1 : mark.getLine() + 1, mark == null ? 1 : mark.getColumn() + 1, text);
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column + ": " + text;
    }

    /** Documents that cannot be used. */
    public static final class InvalidDocuments extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient List<Problem> problems;

        InvalidDocuments(List<Problem> problems) {
            super(problems.toString());
            this.problems = List.copyOf(problems);
        }

        public List<Problem> problems() {
            return problems;
        }
    }
}
