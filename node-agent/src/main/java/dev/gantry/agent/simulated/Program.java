package dev.gantry.agent.simulated;

import dev.gantry.proto.ContainerSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the process in a container does.
 *
 * @param life        until it ends by itself; empty for ever
 * @param exitCode    with which it does
 * @param outOfMemory whether the kernel ends it
 * @param onSigterm   how long it takes to end when asked to; empty when it does not listen
 */
public record Program(Optional<Duration> life, int exitCode, boolean outOfMemory, Optional<Duration> onSigterm) {

    private static final Set<String> SHELLS = Set.of("sh", "/bin/sh", "bash", "/bin/bash");
    private static final Pattern SLEEP = Pattern.compile("sleep (\\d{1,9})([smhd]?)");
    private static final Pattern EXIT = Pattern.compile("exit (\\d{1,3})");

    /** What a server does: it runs until it is asked to end, and then ends at once. */
    static final Program SERVER = new Program(Optional.empty(), 0, false, Optional.of(Duration.ZERO));

    /**
     * What the command says. The words {@code sleep N}, {@code exit N}, {@code true} and {@code false}, alone or one after the other in a
     * shell's {@code -c}, mean what they mean to a shell; a command with anything else in it is a server.
     */
    static Program of(ContainerSpec container) {
        List<String> words = new ArrayList<>(container.getEntryPointList());
        words.addAll(container.getCommandList());
        boolean isScript = words.size() == 3
                && SHELLS.contains(words.getFirst())
                && words.get(1).equals("-c");
        return read(isScript ? List.of(words.get(2).split(";|&&|\\n")) : List.of(String.join(" ", words)));
    }

    private static Program read(List<String> statements) {
        Duration life = Duration.ZERO;
        for (String statement : statements) {
            String said = statement.strip().replaceAll("\\s+", " ");
            Matcher sleep = SLEEP.matcher(said);
            Matcher exit = EXIT.matcher(said);
            if (sleep.matches()) {
                life = life.plus(span(Long.parseLong(sleep.group(1)), sleep.group(2)));
            } else if (exit.matches()) {
                return ending(life, Integer.parseInt(exit.group(1)) & 0xFF);
            } else if (said.equals("false")) {
                return ending(life, 1);
            } else if (!said.equals("true")) {
                return SERVER;
            }
        }
        return ending(life, 0);
    }

    private static Duration span(long amount, String unit) {
        return switch (unit) {
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> Duration.ofSeconds(amount);
        };
    }

    private static Program ending(Duration life, int exitCode) {
        return new Program(Optional.of(life), exitCode, false, SERVER.onSigterm());
    }
}
