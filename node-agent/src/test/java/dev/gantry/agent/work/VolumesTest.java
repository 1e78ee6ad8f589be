package dev.gantry.agent.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gantry.agent.AgentSettings;
import dev.gantry.agent.engine.Creation;
import dev.gantry.proto.DesiredWorkload;
import dev.gantry.proto.EfsVolume;
import dev.gantry.proto.Mount;
import dev.gantry.proto.VolumeSpec;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VolumesTest {

    private final FakeEngine engine = new FakeEngine(new HandClock(Instant.EPOCH));

    private Creation.Bind bind(String place, String root) throws InterruptedException {
        AgentSettings plain = AgentSettings.of("n1", "node", Path.of("/nowhere"));
        AgentSettings.Machine machine =
                plain.machine().withAttributes(place.isEmpty() ? Map.of() : Map.of("gantry.efs.fs-1", place));
        AgentSettings settings = new AgentSettings(
                plain.nodeId(),
                plain.nodeName(),
                plain.cluster(),
                plain.agentVersion(),
                plain.dataDirectory(),
                plain.engine(),
                plain.images(),
                plain.times(),
                plain.allowed(),
                machine,
                plain.ingress());
        DesiredWorkload.Builder task = Specs.run(
                "t1",
                Specs.container("web", "true")
                        .addMounts(Mount.newBuilder().setVolume("data").setContainerPath("/data")))
                .toBuilder();
        task.getSpecBuilder()
                .addVolumes(VolumeSpec.newBuilder()
                        .setName("data")
                        .setEfs(EfsVolume.newBuilder().setFileSystemId("fs-1").setRootDirectory(root)));
        List<Creation.Bind> binds = new Volumes(engine, settings, HostPaths.of(settings))
                .binds(task.build(), task.getSpec().getContainers(0));
        return binds.getFirst();
    }

    @Test
    void mountAFileSystemFromWhereTheNodesOwnerSaysItIs() throws InterruptedException {
        Creation.Bind bind = bind("10.0.0.5:/export", "/shop/data");

        assertThat(bind.target()).isEqualTo("/data");
        assertThat(bind.asItIs()).isTrue();
        assertThat(engine.volumeOptions(bind.source()))
                .isEqualTo(Map.of("type", "nfs", "o", "addr=10.0.0.5,nfsvers=4", "device", ":/export/shop/data"));
    }

    @Test
    void mountTheWholeOfItWithoutARootDirectory() throws InterruptedException {
        assertThat(engine.volumeOptions(bind("nas:/export/", "").source())).containsEntry("device", ":/export/");
        assertThat(engine.volumeOptions(bind("nas:/", "/").source())).containsEntry("device", ":/");
    }

    private String reason(String place, String root) {
        return catchThrowableOfType(RefusedTaskException.class, () -> bind(place, root))
                .reason();
    }

    @Test
    void refuseWhatTheNodeDoesNotKnow() {
        assertThat(reason("", "")).contains("--attributes gantry.efs.fs-1=SERVER:/DIRECTORY");
    }

    @Test
    void refuseWhatCannotBeMounted() {
        assertThat(reason("nas,bind:/export", "")).contains("server must be a host name");
        assertThat(reason("nas:/export", "/../etc")).contains("must not contain '..'");
        assertThat(reason("nas", "")).contains("does not know where");
    }
}
