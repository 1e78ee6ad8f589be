package dev.gantry.e2e.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A rule that is taken out of the code: some text of its sources replaced by other text. Kept as a file, whose lines say
 * {@code rule:}, {@code scenario:} that must catch it, {@code in:} a source, and then what to take out ({@code - }) and
 * what to put there ({@code + }).
 */
record Mutant(String name, String rule, String scenario, List<Change> changes) {

    private static final Path ROOT = Path.of(System.getProperty("gantry.root", ".."));
    private static final Path FOLDER = ROOT.resolve("e2e/src/test/resources/mutants");
    private static final String SUFFIX = ".mutant";

    record Change(String source, String before, String after) {}

    /** All there are, by name. */
    static List<Mutant> all() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .map(Mutant::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Mutant read(Path file) {
        String rule = "";
        String scenario = "";
        String source = "";
        StringBuilder before = new StringBuilder();
        StringBuilder after = new StringBuilder();
        List<Change> changes = new ArrayList<>();
        for (String line : (text(file) + "\nend").lines().toList()) {
            boolean next = line.startsWith("- ") && !after.isEmpty() || !line.startsWith("- ") && !line.startsWith("+");
            if (next && !before.isEmpty()) {
                changes.add(new Change(
                        source, before.toString().strip(), after.toString().strip()));
                before.setLength(0);
                after.setLength(0);
            }
            switch (line.split(" ", 2)[0]) {
                case "rule:" -> rule = line.substring("rule: ".length());
                case "scenario:" -> scenario = line.substring("scenario: ".length());
                case "in:" -> source = line.substring("in: ".length());
                case "-" -> before.append(line.substring(2)).append('\n');
                case "+" ->
                    after.append(line.substring(Math.min(2, line.length()))).append('\n');
                default -> {}
            }
        }
        return new Mutant(file.getFileName().toString().replace(SUFFIX, ""), rule, scenario, changes);
    }

    /** The sources that it changes, changed; what is taken out must be there exactly once. */
    Map<Path, String> sources() {
        Map<Path, String> changed = new LinkedHashMap<>();
        for (Change change : changes) {
            Path file = ROOT.resolve(change.source());
            String text = changed.computeIfAbsent(file, Mutant::text);
            int times = text.split(Pattern.quote(change.before()), -1).length - 1;
            if (times != 1) {
                throw new IllegalStateException("mutant " + name + ": this is " + times + " times in " + change.source()
                        + ": " + change.before());
            }
            changed.put(file, text.replace(change.before(), change.after()));
        }
        return changed;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
