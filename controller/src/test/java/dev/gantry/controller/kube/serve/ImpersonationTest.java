package dev.gantry.controller.kube.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Acting as somebody else, as {@code kubectl --as} does. */
class ImpersonationTest {

    private static final String MAPS = "/api/v1/namespaces/default/configmaps";

    private KubeWorld world;

    @BeforeEach
    void openTheWorld() throws IOException, InterruptedException {
        world = new KubeWorld();
    }

    @AfterEach
    void closeTheWorld() {
        world.close();
    }

    @Test
    void whoActsAsSomebodyElseMayDoWhatTheOtherMay() throws IOException, InterruptedException {
        assertThat(world.get(MAPS).status()).isEqualTo(200);
        KubeWorld.Answer refused = world.getAs("admin", MAPS, "Impersonate-User", "bob");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("/message")).contains("User \"bob\" cannot list resource \"configmaps\"");
        assertThat(world.getAs("admin", MAPS, "Impersonate-User", "bob", "Impersonate-Group", "system:masters")
                        .status())
                .isEqualTo(200);
    }

    @Test
    void nobodyActsAsSomebodyElseWithoutARoleThatSaysSo() throws IOException, InterruptedException {
        KubeWorld.Answer refused = world.getAs("eve", MAPS, "Impersonate-User", "admin");
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.text("/message")).contains("User \"eve\" cannot impersonate resource \"users\"");
        assertThat(world.getAs("nobody", MAPS, "Impersonate-User", "admin").status())
                .isEqualTo(401);
        assertThat(world.getAs("admin", MAPS, "Impersonate-Group", "g").status())
                .isEqualTo(400);
    }
}
