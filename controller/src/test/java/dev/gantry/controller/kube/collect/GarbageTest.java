package dev.gantry.controller.kube.collect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.controller.kube.document.KubeDocument;
import dev.gantry.controller.kube.document.Meta;
import dev.gantry.controller.kube.owner.ObjectWorld;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of objects whose owners are deleted. */
class GarbageTest {

    private static final String MAP = "{'metadata': {'name': '%s', 'ownerReferences': [%s]}}";
    private static final String POD = """
        {'metadata': {'name': '%s', 'ownerReferences': [%s]},
         'spec': {'containers': [{'name': 'c', 'image': 'i:1'}]}}\
        """;

    private final ObjectWorld world = new ObjectWorld(List.of(new GarbageReconciler()));

    @AfterEach
    void close() {
        world.close();
    }

    private String owner(String map) {
        return "{'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': '%s', 'uid': '%s', 'blockOwnerDeletion': true}"
                .formatted(map, world.object("configmaps", map).meta().uid());
    }

    private void map(String name, String owners) {
        world.create("configmaps", MAP.formatted(name, owners));
        world.settle();
    }

    private List<String> maps() {
        return world.objects("configmaps").stream()
                .map(KubeDocument::meta)
                .map(meta -> meta.name())
                .toList();
    }

    @Test
    void deletesWhatTheDeletedOwned() {
        map("a", "");
        map("b", owner("a"));
        map("c", owner("b"));
        map("other", "");
        world.delete("configmaps", "a", "Background");
        world.settle();
        assertThat(maps()).containsExactly("other");
    }

    /** Of a set's thousands of pods none has anybody else. */
    @Test
    void looksOnlyAtThoseWithOtherOwnersWhileTheirOwnerIsThere() {
        map("a", "");
        map("b", "");
        map("c", owner("a"));
        map("d", owner("a") + "," + owner("b"));
        world.delete("configmaps", "b", "Background");
        world.settle();
        assertThat(maps()).containsExactly("a", "c", "d");
        assertThat(world.object("configmaps", "d").meta().owners())
                .extracting(Meta.Owner::name)
                .containsExactly("a");
    }

    @Test
    void deletesManyDependents() {
        map("a", "");
        for (int i = 0; i < 150; i++) {
            map("dependent-" + i, owner("a"));
        }
        world.delete("configmaps", "a", "Background");
        world.settle();
        assertThat(maps()).isEmpty();
    }

    @Test
    void keepsWhatAnotherOwnerHoldsAndForgetsTheOneThatIsGone() {
        map("a", "");
        map("b", "");
        map("c", owner("a") + "," + owner("b"));
        world.delete("configmaps", "a", "Background");
        world.settle();
        assertThat(maps()).containsExactly("b", "c");
        assertThat(world.object("configmaps", "c").meta().owners())
                .singleElement()
                .satisfies(owner -> assertThat(owner.name()).isEqualTo("b"));
    }

    @Test
    void deletesWhatIsMadeForAnOwnerThatIsGoneAlready() {
        map("a", "");
        String gone = owner("a");
        world.delete("configmaps", "a", "Background");
        map("late", gone);
        assertThat(maps()).isEmpty();
    }

    @Test
    void keepsWhatNamesAnOwnerOfAKindThatIsNotKnown() {
        map("a", "{'apiVersion': 'example.com/v1', 'kind': 'Thing', 'name': 'x', 'uid': 'u'}");
        assertThat(maps()).containsExactly("a");
    }

    @Test
    void inTheForegroundAnOwnerGoesAfterWhatItOwns() {
        map("a", "");
        world.create("pods", POD.formatted("p", owner("a")));
        world.settle();
        world.ready(world.pods().getFirst(), true);
        world.delete("configmaps", "a", "Foreground");
        world.settle();
        assertThat(world.pods().getFirst().isDeleted()).isTrue();
        assertThat(world.object("configmaps", "a").meta().isDeleted()).isTrue();
        world.end(world.pods().getFirst(), 0);
        world.settle();
        assertThat(world.pods()).isEmpty();
        assertThat(maps()).isEmpty();
    }

    @Test
    void inTheForegroundAChainGoesFromItsEnd() {
        map("a", "");
        map("b", owner("a"));
        world.create("pods", POD.formatted("p", owner("b")));
        world.settle();
        world.ready(world.pods().getFirst(), true);
        world.delete("configmaps", "a", "Foreground");
        world.settle();
        assertThat(maps()).containsExactly("a", "b");
        world.end(world.pods().getFirst(), 0);
        world.settle();
        assertThat(maps()).isEmpty();
    }

    @Test
    void aCircleOfOwnersDoesNotHoldItself() {
        map("a", "");
        map("b", owner("a"));
        String last = owner("b");
        world.change(
                "configmaps",
                "a",
                json -> json.withObject("/metadata")
                        .withArray("ownerReferences")
                        .add(ObjectWorld.json(last)));
        world.settle();
        world.delete("configmaps", "a", "Foreground");
        world.settle();
        assertThat(maps()).isEmpty();
    }

    @Test
    void anOrphanStaysAndHasNoOwner() {
        map("a", "");
        map("b", owner("a"));
        world.create("pods", POD.formatted("p", owner("a")));
        world.settle();
        world.delete("configmaps", "a", "Orphan");
        world.settle();
        assertThat(maps()).containsExactly("b");
        assertThat(world.object("configmaps", "b").meta().owners()).isEmpty();
        assertThat(world.pods().getFirst().meta().owners()).isEmpty();
        assertThat(world.pods().getFirst().isDeleted()).isFalse();
    }

    @Test
    void aPodThatIsDeletedInTheForegroundGoesWhenItHasEnded() {
        world.create("pods", POD.formatted("p", ""));
        world.settle();
        world.ready(world.pods().getFirst(), true);
        world.delete("pods", "p", "Foreground");
        world.settle();
        world.end(world.pods().getFirst(), 0);
        world.settle();
        assertThat(world.pods()).isEmpty();
    }
}
