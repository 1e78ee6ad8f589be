package dev.gantry.cli.command;

import dev.gantry.cli.apply.DocumentReader;
import dev.gantry.cli.apply.DocumentReader.Source;
import dev.gantry.cli.apply.Documents;
import dev.gantry.cli.apply.Problem;
import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads what {@code -f} names: a file, a folder with its {@code .yaml}, {@code .yml} and {@code .json}, or standard input. */
final class Files {

    private static final int BYTES_MAX = 16 << 20;
    private static final int FILES_MAX = 1_000;

    private Files() {}

    static Documents documents(List<String> names, String cluster, Console console) {
        List<Source> sources = new ArrayList<>();
        for (String name : names) {
            try {
                sources.addAll(sources(name, console.in()));
            } catch (IOException e) {
                throw new Failure(Exit.NOT_FOUND, "cannot read " + name, reason(e), "check the name given to -f");
            }
        }
        Documents documents = read(sources, cluster);
        if (documents.isEmpty()) {
            throw new Failure(
                    Exit.INVALID,
                    "no documents in " + String.join(", ", names),
                    "a folder is searched for files that end in .yaml, .yml or .json",
                    "see deploy/examples for what a document looks like");
        }
        return documents;
    }

    private static Documents read(List<Source> sources, String cluster) {
        try {
            return DocumentReader.read(sources, cluster);
        } catch (Problem.InvalidDocuments e) {
            throw new Failure(
                    Exit.INVALID,
                    "the documents are not valid; nothing was changed",
                    e.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")),
                    "correct the places above and run it again");
        }
    }

    private static List<Source> sources(String name, InputStream in) throws IOException {
        if (name.equals("-")) {
            return List.of(new Source("(stdin)", text(in.readNBytes(BYTES_MAX + 1), name)));
        }
        Path path = Path.of(name);
        if (!java.nio.file.Files.isDirectory(path)) {
            return List.of(source(path));
        }
        List<Source> sources = new ArrayList<>();
        for (Path file : folder(path)) {
            sources.add(source(file));
        }
        return sources;
    }

    private static List<Path> folder(Path path) throws IOException {
        try (Stream<Path> files = java.nio.file.Files.walk(path)) {
            return files.filter(file -> file.toString().matches(".*\\.(ya?ml|json)"))
                    .filter(java.nio.file.Files::isRegularFile)
                    .sorted()
                    .limit(FILES_MAX)
                    .toList();
        }
    }

    private static Source source(Path file) throws IOException {
        try (InputStream in = java.nio.file.Files.newInputStream(file)) {
            return new Source(file.toString(), text(in.readNBytes(BYTES_MAX + 1), file.toString()));
        }
    }

    private static String text(byte[] bytes, String name) {
        if (bytes.length > BYTES_MAX) {
            throw new Failure(Exit.INVALID, name + " is too large", "more than 16 MiB", "split it");
        }
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static String reason(IOException e) {
        return e instanceof java.nio.file.NoSuchFileException
                ? "there is no such file"
                : String.valueOf(e.getMessage());
    }
}
