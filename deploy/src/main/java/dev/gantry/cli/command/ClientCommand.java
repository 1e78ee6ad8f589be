package dev.gantry.cli.command;

import dev.gantry.cli.terminal.Console;
import dev.gantry.cli.terminal.Exit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;

/** A command that talks to the API. */
abstract class ClientCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    private final Console console;

    ClientCommand(Console console) {
        this.console = console;
    }

    final Console console() {
        return console;
    }

    final ClientOptions client() {
        return client;
    }

    @Override
    public final Integer call() throws InterruptedException {
        return run(client.connect(console)).code();
    }

    abstract Exit run(Api api) throws InterruptedException;

    final void print(String line) {
        console.out().println(line);
    }
}
