package dev.gantry.cli.demo;

import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The image of the demo's web service: this machine's static busybox and one page. */
final class DemoImage {

    // A name that no registry on the internet answers to: what is here is what runs.
    static final String REPOSITORY = "localhost/gantry-demo/web";
    static final String TAG = "1";

    private static final String PAGE = """
        <!DOCTYPE html>
        <html lang="en">
        <head><meta charset="utf-8"><title>Gantry</title></head>
        <body>
        <h1>It runs.</h1>
        <p>This page comes from a container that an ECS service keeps running on this machine.</p>
        <p>Try: <code>gantry get tasks</code>, <code>gantry scale web 4</code>, <code>gantry logs web</code>.</p>
        </body>
        </html>
        """;

    private DemoImage() {}

    /** Imports the image unless it is there; returns whether it had to. */
    static boolean ensure(Engine engine, String tag) throws InterruptedException {
        String there = "/images/" + REPOSITORY + ":" + tag + "/json";
        if (engine.ask("GET", there, new byte[0], Duration.ofSeconds(10)).status() == 200) {
            return false;
        }
        String target = "/images/create?fromSrc=-&repo=" + REPOSITORY + "&tag=" + tag;
        Engine.Answer answer = engine.ask("POST", target, archive(busybox()), Duration.ofSeconds(60));
        if (answer.status() != 200 || answer.body().contains("\"error\"")) {
            throw new Failure(
                    Exit.ERROR,
                    "the Docker engine did not import the demo's image",
                    answer.body().strip(),
                    "gantry doctor");
        }
        return true;
    }

    static byte[] archive(byte[] busybox) {
        return new Tar()
                .folder("bin")
                .file("bin/busybox", 0755, busybox)
                .link("bin/sh", "busybox")
                .folder("tmp")
                .folder("www")
                .file("www/index.html", 0644, PAGE.getBytes(StandardCharsets.UTF_8))
                .end();
    }

    private static byte[] busybox() {
        for (String place : List.of("/bin/busybox", "/usr/bin/busybox", "/usr/local/bin/busybox")) {
            try {
                byte[] program = Files.isExecutable(Path.of(place)) ? Files.readAllBytes(Path.of(place)) : new byte[0];
                if (program.length > 0 && isStatic(program)) {
                    return program;
                }
            } catch (IOException e) {
                throw new Failure(Exit.ERROR, "cannot read " + place, String.valueOf(e.getMessage()), "check its mode");
            }
        }
        throw new Failure(
                Exit.ERROR,
                "the demo has nothing to make an image of",
                "no statically linked busybox in /bin or /usr/bin",
                "install the package busybox-static");
    }

    /** A dynamically linked program names its loader near its beginning. */
    private static boolean isStatic(byte[] program) {
        String start = new String(program, 0, Math.min(4096, program.length), StandardCharsets.ISO_8859_1);
        return !start.contains("/ld-linux") && !start.contains("/ld-musl") && !start.contains("/ld64");
    }
}
