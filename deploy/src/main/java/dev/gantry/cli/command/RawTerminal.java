package dev.gantry.cli.command;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The terminal in raw mode, so that every key reaches the other side; put back whatever happens. */
final class RawTerminal implements AutoCloseable {

    private static final Pattern STATE = Pattern.compile("[0-9a-f:]+");
    private static final Pattern SIZE = Pattern.compile("(\\d+) (\\d+)");

    private final String before;
    private final Thread restorer = new Thread(this::restore);

    private RawTerminal(String before) {
        this.before = before;
    }

    /** Rows and columns. */
    record Size(int rows, int columns) {}

    static RawTerminal enter() throws IOException {
        String before = stty("-g").strip();
        if (!STATE.matcher(before).matches()) {
            throw new IOException("stty does not know this terminal");
        }
        RawTerminal terminal = new RawTerminal(before);
        Runtime.getRuntime().addShutdownHook(terminal.restorer);
        stty("raw", "-echo");
        return terminal;
    }

    static Size size() throws IOException {
        Matcher size = SIZE.matcher(stty("size").strip());
        return size.matches()
                ? new Size(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2)))
                : new Size(24, 80);
    }

    @Override
    public void close() {
        restore();
        try {
            Runtime.getRuntime().removeShutdownHook(restorer);
        } catch (IllegalStateException e) {
            // The JVM is going down already: the hook has run or runs now, and restoring twice does no harm.
            return;
        }
    }

    private void restore() {
        try {
            stty(before);
        } catch (IOException e) {
            System.err.println("the terminal could not be put back; type: stty sane");
        }
    }

    private static String stty(String... words) throws IOException {
        String[] command = new String[words.length + 1];
        command[0] = "stty";
        System.arraycopy(words, 0, command, 1, words.length);
        Process process = new ProcessBuilder(command)
                .redirectInput(new File("/dev/tty"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("stty does not end");
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }
}
