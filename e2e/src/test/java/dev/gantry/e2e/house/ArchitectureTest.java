package dev.gantry.e2e.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Arrows point inward: front ends to store and resource, reconcilers likewise; each library has one home per process. */
class ArchitectureTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.gantry.store", "dev.gantry.controller", "dev.gantry.agent", "dev.gantry.cli");

    @Test
    void onlyTheEtcdBackendKnowsJetcd() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gantry.store.etcd..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.etcd..")
                .check(CLASSES);
    }

    @Test
    void onlyTheEmbeddedBackendKnowsMvStore() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gantry.store.embedded..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.h2..")
                .check(CLASSES);
    }

    @Test
    void onlyTheEdgesKnowVertx() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.gantry.controller.http..", "dev.gantry.agent.ingress..", "dev.gantry.agent.metadata..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.vertx..")
                .check(CLASSES);
    }

    @Test
    void onlyDockerKnowsDockerJava() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gantry.agent.docker..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("com.github.dockerjava..")
                .check(CLASSES);
    }

    @Test
    void onlyDispatchAndConnectionKnowGrpc() {
        noClasses()
                .that()
                .resideOutsideOfPackages(
                        "dev.gantry.controller.dispatch..",
                        "dev.gantry.agent.connection..",
                        // What both ends share, and the status codes that jetcd answers with.
                        "dev.gantry.link..",
                        "dev.gantry.store.etcd..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.grpc..")
                .check(CLASSES);
    }

    @Test
    void frontEndsAndReconcilersDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.gantry.controller.scheduler..",
                        "dev.gantry.controller.nodes..",
                        "dev.gantry.controller.lifecycle..",
                        "dev.gantry.controller.dispatch..",
                        "dev.gantry.controller.leadership..",
                        "dev.gantry.controller.reconcile..",
                        "dev.gantry.controller.resource..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.gantry.controller.ecs..",
                        "dev.gantry.controller.aws..",
                        "dev.gantry.controller.http..",
                        "dev.gantry.controller.kube.serve..",
                        "dev.gantry.controller.operations..")
                .check(CLASSES);
    }

    @Test
    void kubernetesAndEcsDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("dev.gantry.controller.kube..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "dev.gantry.controller.ecs..",
                        "dev.gantry.controller.aws..",
                        "dev.gantry.controller.operations..",
                        "dev.gantry.aws..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAnyPackage("dev.gantry.controller.ecs..", "dev.gantry.controller.aws..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.gantry.controller.kube..")
                .check(CLASSES);
    }

    @Test
    void whatShowsEcsInKubernetesIsKnownToNobodyElse() {
        noClasses()
                .that()
                .resideInAPackage("dev.gantry.controller.*..")
                .and()
                .resideOutsideOfPackage("dev.gantry.controller.ack..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.gantry.controller.ack..")
                .check(CLASSES);
        noClasses()
                .that()
                .resideInAPackage("dev.gantry.controller.ack..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.gantry.controller.kube.serve..", "dev.gantry.controller.http..")
                .check(CLASSES);
    }

    @Test
    void onlyTheServedPartOfKubernetesKnowsHttp() {
        noClasses()
                .that()
                .resideInAPackage("dev.gantry.controller.kube..")
                .and()
                .resideOutsideOfPackage("dev.gantry.controller.kube.serve..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.gantry.controller.http..", "dev.gantry.controller.kube.serve..")
                .check(CLASSES);
    }

    @Test
    void theFrontDoorKnowsNoService() {
        noClasses()
                .that()
                .resideInAnyPackage("dev.gantry.controller.aws..", "dev.gantry.controller.http..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.gantry.controller.ecs..", "dev.gantry.aws..")
                .check(CLASSES);
    }

    @Test
    void theStoreKnowsNobody() {
        noClasses()
                .that()
                .resideInAPackage("dev.gantry.store..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.gantry.controller..", "dev.gantry.agent..", "dev.gantry.cli..")
                .check(CLASSES);
    }

    @Test
    void plannersDoNotAskTheClockOrChance() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.gantry.controller.resource..",
                        "dev.gantry.controller.scheduler..",
                        "dev.gantry.controller.nodes..",
                        "dev.gantry.controller.lifecycle..",
                        "dev.gantry.controller.ecs..",
                        "dev.gantry.controller.kube..",
                        "dev.gantry.controller.ack..",
                        "dev.gantry.agent.plan..")
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(Thread.class, "sleep", long.class)
                .orShould()
                .callMethod(java.util.UUID.class, "randomUUID")
                .orShould()
                .callConstructor(java.util.Random.class)
                .check(CLASSES);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.gantry.store.(**)").should().beFreeOfCycles().check(CLASSES);
        slices().matching("dev.gantry.controller.(**)")
                .should()
                .beFreeOfCycles()
                .check(CLASSES);
        slices().matching("dev.gantry.agent.(**)").should().beFreeOfCycles().check(CLASSES);
        slices().matching("dev.gantry.cli.(**)").should().beFreeOfCycles().check(CLASSES);
    }
}
