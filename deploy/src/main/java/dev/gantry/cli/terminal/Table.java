package dev.gantry.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows under headings, aligned with three spaces between the columns, as `kubectl` prints them. */
public final class Table {

    private static final int GAP = 3;

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    /** Adds one row; an empty cell is shown as {@code -} so that columns can be cut by scripts. */
    public Table row(String... cells) {
        if (cells.length != headings.size()) {
            throw new IllegalStateException(cells.length + " cells under " + headings);
        }
        rows.add(
                List.of(cells).stream().map(cell -> cell.isEmpty() ? "-" : cell).toList());
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    public List<String> lines() {
        int[] widths = new int[headings.size()];
        measure(headings, widths);
        rows.forEach(row -> measure(row, widths));
        List<String> lines = new ArrayList<>();
        lines.add(line(headings, widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return lines;
    }

    private static void measure(List<String> cells, int[] widths) {
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Math.max(widths[i], cells.get(i).length());
        }
    }

    private static String line(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            line.append(cells.get(i));
            if (i + 1 < widths.length) {
                line.append(" ".repeat(widths[i] - cells.get(i).length() + GAP));
            }
        }
        return line.toString();
    }
}
