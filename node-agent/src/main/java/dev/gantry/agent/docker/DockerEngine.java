package dev.gantry.agent.docker;

import static dev.gantry.agent.docker.Answers.orElse;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectVolumeResponse;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.exception.NotModifiedException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.httpclient5.ApacheDockerHttpClient;
import com.github.dockerjava.transport.DockerHttpClient;
import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.engine.ContainerEngine;
import dev.gantry.agent.engine.Creation;
import dev.gantry.agent.engine.EngineEvent;
import dev.gantry.agent.engine.EngineException;
import dev.gantry.agent.engine.EngineFacts;
import dev.gantry.agent.engine.Labels;
import dev.gantry.agent.engine.Listing;
import dev.gantry.agent.engine.LocalImage;
import dev.gantry.agent.engine.Output;
import dev.gantry.agent.engine.Portrait;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.proto.AttachRequest;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.ExecRequest;
import dev.gantry.proto.LogsRequest;
import dev.gantry.proto.RegistryCredentials;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A Docker engine. Two clients: a bounded pool for commands, an unbounded one for streams, because streams would starve commands. */
public final class DockerEngine implements ContainerEngine {

    private static final int CONNECTIONS = 128;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration STOP_MARGIN = Duration.ofSeconds(20);

    private final String nodeId;
    private final AgentSettings.Engine settings;
    private final PlainCalls plain;
    private final DockerClient commands;
    private final DockerClient streaming;
    private final Streams streams;
    private final Networks networks;

    private DockerEngine(String nodeId, AgentSettings.Engine settings) {
        this.nodeId = nodeId;
        this.settings = settings;
        DockerClientConfig config = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(settings.host())
                .build();
        DockerHttpClient transport = transport(config, CONNECTIONS);
        this.plain = new PlainCalls(transport);
        this.commands = DockerClientImpl.getInstance(config, transport);
        this.streaming = DockerClientImpl.getInstance(config, transport(config, Integer.MAX_VALUE));
        this.streams = new Streams(nodeId, streaming, settings.callTimeout());
        this.networks = new Networks(commands, settings.callTimeout(), nodeId);
    }

    /** Connects lazily: an engine that is down shows at the first call. */
    public static DockerEngine connect(AgentSettings settings) {
        return new DockerEngine(settings.nodeId(), settings.engine());
    }

    private static DockerHttpClient transport(DockerClientConfig config, int connections) {
        // The API version is left to the engine: naming one fails with engines older or newer than it.
        ApacheDockerHttpClient transport = new ApacheDockerHttpClient.Builder()
                .dockerHost(config.getDockerHost())
                .sslConfig(config.getSSLConfig())
                .maxConnections(connections)
                .connectionTimeout(CONNECT_TIMEOUT)
                .responseTimeout(Duration.ZERO)
                .build();
        boolean tls = config.getSSLConfig() != null;
        return TwoWayTransport.around(transport, config.getDockerHost(), tls);
    }

    @Override
    public EngineFacts facts() throws InterruptedException {
        return Deadlines.call(
                "info",
                settings.callTimeout(),
                () -> Answers.facts(
                        commands.infoCmd().exec(), commands.versionCmd().exec()));
    }

    @Override
    public boolean runsPrograms() {
        return true;
    }

    @Override
    public List<Listing> list() throws InterruptedException {
        List<Container> all = Deadlines.call(
                "list",
                settings.callTimeout(),
                () -> commands.listContainersCmd()
                        .withShowAll(true)
                        .withLabelFilter(Map.of(Labels.NODE, nodeId))
                        .exec());
        return all.stream()
                .map(Answers::listing)
                .filter(listing -> !listing.workload().isEmpty())
                .toList();
    }

    @Override
    public Optional<Sighting> inspect(String idOrName) throws InterruptedException {
        try {
            return Optional.of(Deadlines.call(
                    "inspect",
                    settings.callTimeout(),
                    () -> Answers.sighting(
                            commands.inspectContainerCmd(idOrName).exec(), nodeId)));
        } catch (EngineException e) {
            return absent(e);
        }
    }

    @Override
    public Optional<Portrait> portray(String idOrName) throws InterruptedException {
        try {
            return Optional.of(Deadlines.call(
                    "inspect",
                    settings.callTimeout(),
                    () -> Portraits.of(commands.inspectContainerCmd(idOrName).exec())));
        } catch (EngineException e) {
            return absent(e);
        }
    }

    private static <T> Optional<T> absent(EngineException e) {
        if (e.kind() == EngineException.Kind.NOT_FOUND) {
            return Optional.empty();
        }
        throw e;
    }

    @Override
    public String create(Creation creation) throws InterruptedException {
        return Deadlines.call(
                "create",
                settings.createTimeout(),
                () -> new Requests(creation)
                        .fill(commands.createContainerCmd(creation.spec().getImage()))
                        .exec()
                        .getId());
    }

    @Override
    public void start(String id) throws InterruptedException {
        Deadlines.run(
                "start",
                settings.startTimeout(),
                () -> unlessSo(() -> commands.startContainerCmd(id).exec()));
    }

    @Override
    public void stop(String id, Duration grace) throws InterruptedException {
        Deadlines.run(
                "stop",
                grace.plus(STOP_MARGIN),
                () -> unlessSo(() -> commands.stopContainerCmd(id)
                        .withTimeout(Math.toIntExact(grace.toSeconds()))
                        .exec()));
    }

    /** What the engine does not do because it is so already has been done. */
    private static void unlessSo(Runnable call) {
        try {
            call.run();
        } catch (NotModifiedException _) {
            // It is so already.
        }
    }

    @Override
    public void kill(String id) throws InterruptedException {
        Deadlines.run(
                "kill",
                settings.callTimeout(),
                () -> commands.killContainerCmd(id).exec());
    }

    @Override
    public void remove(String id) throws InterruptedException {
        Deadlines.run(
                "remove",
                settings.callTimeout(),
                () -> unlessGone(() ->
                        commands.removeContainerCmd(id).withRemoveVolumes(true).exec()));
    }

    private static void unlessGone(Runnable call) {
        try {
            call.run();
        } catch (NotFoundException _) {
            // Gone already.
        }
    }

    @Override
    public Optional<LocalImage> image(String reference) throws InterruptedException {
        try {
            return Optional.of(Deadlines.call(
                    "inspect image",
                    settings.callTimeout(),
                    () -> Answers.image(commands.inspectImageCmd(reference).exec())));
        } catch (EngineException e) {
            return absent(e);
        }
    }

    @Override
    public Optional<Bridge> bridge() throws InterruptedException {
        return networks.bridge();
    }

    @Override
    public void makeNetwork(String network, Bridge bridge) throws InterruptedException {
        networks.make(network, bridge);
    }

    @Override
    public List<LocalImage> images() throws InterruptedException {
        return Deadlines.call(
                "list images",
                settings.callTimeout(),
                () -> commands.listImagesCmd().exec().stream()
                        .map(Answers::image)
                        .toList());
    }

    @Override
    public List<String> imagesInUse() throws InterruptedException {
        return Deadlines.call(
                "list",
                settings.callTimeout(),
                () -> commands.listContainersCmd().withShowAll(true).exec().stream()
                        .map(container -> orElse(container.getImageId(), ""))
                        .distinct()
                        .toList());
    }

    @Override
    public void removeImage(String reference) throws InterruptedException {
        Deadlines.run(
                "remove image",
                settings.callTimeout(),
                () -> unlessGone(() -> commands.removeImageCmd(reference).exec()));
    }

    @Override
    public void pull(
            String reference, Optional<RegistryCredentials> credentials, Patience patience, Consumer<String> progress)
            throws InterruptedException {
        streams.pull(reference, credentials, patience, progress);
    }

    @Override
    public void importImage(String reference, byte[] tar) throws InterruptedException {
        Deadlines.run("import image", settings.createTimeout(), () -> plain.importImage(reference, tar));
    }

    @Override
    public boolean hasVolume(String name) throws InterruptedException {
        try {
            return Deadlines.call(
                    "inspect volume",
                    settings.callTimeout(),
                    () -> commands.inspectVolumeCmd(name).exec().getName() != null);
        } catch (EngineException e) {
            return absent(e).isPresent();
        }
    }

    @Override
    public void createVolume(String name, String driver, Map<String, String> options, Map<String, String> labels)
            throws InterruptedException {
        Deadlines.run(
                "create volume",
                settings.createTimeout(),
                () -> commands.createVolumeCmd()
                        .withName(name)
                        .withDriver(driver)
                        .withDriverOpts(options)
                        .withLabels(labels)
                        .exec());
    }

    @Override
    public List<String> unusedVolumes() throws InterruptedException {
        return Deadlines.call("list volumes", settings.callTimeout(), () -> {
            List<InspectVolumeResponse> found = commands.listVolumesCmd()
                    .withFilter("label", List.of(Labels.NODE + "=" + nodeId))
                    .withDanglingFilter(true)
                    .exec()
                    .getVolumes();
            return Stream.ofNullable(found)
                    .flatMap(List::stream)
                    .filter(volume -> orElse(volume.getLabels(), Map.of()).containsKey(Labels.WORKLOAD))
                    .map(InspectVolumeResponse::getName)
                    .toList();
        });
    }

    @Override
    public void removeVolume(String name) throws InterruptedException {
        Deadlines.run(
                "remove volume",
                settings.callTimeout(),
                () -> unlessGone(() -> commands.removeVolumeCmd(name).exec()));
    }

    @Override
    public void logs(String id, LogsRequest request, Output output) throws InterruptedException {
        streams.logs(id, request, output);
    }

    @Override
    public Session exec(String id, ExecRequest request, InputStream stdin, Output output) throws InterruptedException {
        return streams.exec(id, request, stdin, output);
    }

    @Override
    public Session attach(String id, AttachRequest request, InputStream stdin, Output output) {
        return streams.attach(id, request, stdin, output);
    }

    @Override
    public ContainerStats stats(String id) throws InterruptedException {
        return streams.stats(id);
    }

    @Override
    public String statistics(String id, boolean compared) throws InterruptedException {
        return Deadlines.call(
                "statistics",
                settings.callTimeout(),
                () -> plain.get("/containers/" + id + "/stats?stream=false" + (compared ? "" : "&one-shot=true")));
    }

    @Override
    public void events(Consumer<EngineEvent> listener) throws InterruptedException {
        streams.events(listener);
    }

    @Override
    public void close() {
        try (DockerClient first = commands;
                DockerClient second = streaming) {
            // Both are closed, even if the first one fails.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
