package dev.gantry.cli.terminal;

import java.io.InputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.util.Map;
import java.util.Set;

/**
 * The outside of the process, handed in so that commands can be run in tests: results go to {@code out}, everything
 * else to {@code err}.
 *
 * @param environment the process's variables
 * @param terminals   which of {@code in}, {@code out}, {@code err} are terminals; the launcher knows
 */
public record Console(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        Set<String> terminals,
        Clock clock) {

    /** The console of this process. The launcher passes {@code -Dgantry.tty=in,out,err}: asking the JVM is slow. */
    public static Console ofProcess() {
        return new Console(
                System.in,
                System.out,
                System.err,
                System.getenv(),
                Set.of(System.getProperty("gantry.tty", "none").split(",")),
                Clock.systemUTC());
    }

    public boolean readsFromTerminal() {
        return terminals.contains("in");
    }

    public boolean writesToTerminal() {
        return terminals.contains("out");
    }

    /** Whether progress may be redrawn in place on stderr. */
    public boolean redraws() {
        return terminals.contains("err")
                && !"dumb".equals(environment.get("TERM"))
                && environment.getOrDefault("CI", "").isEmpty();
    }

    public boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    public void note(String line) {
        err.println(line);
        err.flush();
    }
}
