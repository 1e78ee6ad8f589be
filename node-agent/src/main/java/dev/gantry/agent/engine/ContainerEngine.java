package dev.gantry.agent.engine;

import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.RegistryCredentials;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A container engine. Every method but the streaming ones ends by its own deadline; failures are {@link EngineException}s. */
public interface ContainerEngine extends AutoCloseable {

    EngineFacts facts() throws InterruptedException;

    /** Whether something runs in its containers, which can be asked how it is. */
    boolean runsPrograms();

    /** The network that containers are connected to unless they ask for another; empty for an engine without one. */
    Optional<Bridge> bridge() throws InterruptedException;

    /**
     * Makes a network of containers on this machine, and keeps one of that name, on that interface and of that subnet, as it is.
     *
     * @param network the engine's name for it; CONFLICT when there is another one of that name
     */
    void makeNetwork(String network, Bridge bridge) throws InterruptedException;

    /** All containers of this node's workloads, running or not. */
    List<Listing> list() throws InterruptedException;

    Optional<Sighting> inspect(String idOrName) throws InterruptedException;

    /** All that the engine tells of a container. */
    Optional<Portrait> portray(String idOrName) throws InterruptedException;

    /** @return the new container's id; CONFLICT when the name is taken, NOT_FOUND when the image is not present */
    String create(Creation creation) throws InterruptedException;

    /** Starting a running container changes nothing. */
    void start(String id) throws InterruptedException;

    /** SIGTERM (or the image's stop signal), then SIGKILL after the grace. Returns when it has stopped. */
    void stop(String id, Duration grace) throws InterruptedException;

    void kill(String id) throws InterruptedException;

    /** Removes a stopped container and its anonymous volumes. */
    void remove(String id) throws InterruptedException;

    Optional<LocalImage> image(String reference) throws InterruptedException;

    List<LocalImage> images() throws InterruptedException;

    /** Ids of the images that containers of anybody use. */
    List<String> imagesInUse() throws InterruptedException;

    void removeImage(String reference) throws InterruptedException;

    /**
     * Pulls an image; returns when it is present.
     *
     * @param progress called with each of the engine's messages
     */
    void pull(String reference, Optional<RegistryCredentials> credentials, Patience patience, Consumer<String> progress)
            throws InterruptedException;

    /**
     * Makes an image of files.
     *
     * @param reference "name:tag"
     * @param tar what the image's root holds
     */
    void importImage(String reference, byte[] tar) throws InterruptedException;

    boolean hasVolume(String name) throws InterruptedException;

    /** Creating a volume that exists changes nothing. */
    void createVolume(String name, String driver, Map<String, String> options, Map<String, String> labels)
            throws InterruptedException;

    /** Names of this node's volumes of workloads that no container uses. */
    List<String> unusedVolumes() throws InterruptedException;

    /** Removing a volume that is not there changes nothing. */
    void removeVolume(String name) throws InterruptedException;

    /** Returns at the end of the log, or when nobody reads any more. The request's names are ignored. */
    void logs(String id, LogsRequest request, Output output) throws InterruptedException;

    /** Begins a command in a running container. */
    Session exec(String id, ExecRequest request, InputStream stdin, Output output) throws InterruptedException;

    /** Joins a running container's own input and output. The request's names are ignored. */
    Session attach(String id, AttachRequest request, InputStream stdin, Output output) throws InterruptedException;

    /** The name in the sample is left empty. */
    ContainerStats stats(String id) throws InterruptedException;

    /**
     * A running container's statistics as the engine writes them, in JSON.
     *
     * @param compared with those of a second before, for which the engine waits; otherwise at once
     */
    String statistics(String id, boolean compared) throws InterruptedException;

    /** Hands on events until the engine goes away; then it returns or throws. */
    void events(Consumer<EngineEvent> listener) throws InterruptedException;

    @Override
    void close();

    /**
     * A network of containers on this machine.
     *
     * @param name    of its network interface
     * @param gateway the machine's own address there, IPv4
     * @param subnet  of the containers, for example {@code 172.17.0.0/16}
     */
    record Bridge(String name, String gateway, String subnet) {}

    /** A pull has failed when it made no progress for so long, or took so long in total. */
    record Patience(Duration inactivity, Duration total) {}

    /** A running command, or an attachment to a container. */
    interface Session extends AutoCloseable {
        void resize(int columns, int rows) throws InterruptedException;

        /** Waits until the command has ended and all its output is written; 0 for a container, which tells its own. */
        int exitCode() throws InterruptedException;

        @Override
        void close();
    }
}
