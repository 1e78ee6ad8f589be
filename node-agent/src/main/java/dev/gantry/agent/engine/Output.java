package dev.gantry.agent.engine;

/** Takes what a container or a command writes, blocking while the reader is slow. */
public interface Output {

    /** Where it was written. */
    enum Channel {
        STDOUT,
        STDERR
    }

    /** @return false when nobody reads any more */
    boolean write(Channel channel, byte[] bytes) throws InterruptedException;
}
