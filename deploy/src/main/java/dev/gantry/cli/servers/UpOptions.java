package dev.gantry.cli.servers;

/**
 * One machine with everything.
 *
 * @param agent     joins the server of the same process: its {@code join} is null
 * @param whenReady to be run once, on a thread of its own, when the API serves and the agent has registered
 */
public record UpOptions(ServerOptions server, AgentOptions agent, Runnable whenReady) {}
