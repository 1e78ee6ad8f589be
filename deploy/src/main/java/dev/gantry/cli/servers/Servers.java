package dev.gantry.cli.servers;

/** Runs a part of the platform in this process until it is told to stop; each returns the exit code. */
public interface Servers {

    /** Controller and agent of one machine. */
    int up(UpOptions options);

    /** A controller alone. */
    int server(ServerOptions options);

    /** An agent alone. */
    int agent(AgentOptions options);

    /** Starts controller and agent once, uses them, and stops them, so that a training run sees what they need. */
    void rehearse() throws InterruptedException;
}
