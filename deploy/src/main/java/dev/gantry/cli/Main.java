package dev.gantry.cli;

import dev.gantry.cli.command.Gantry;
import dev.gantry.cli.run.Processes;
import dev.gantry.cli.terminal.Console;

/** Starts {@code gantry}. */
public final class Main {

    private Main() {}

    public static void main(String[] words) {
        System.exit(Gantry.run(words, Console.ofProcess(), new Processes()));
    }
}
