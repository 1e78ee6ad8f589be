/** What end-to-end tests stand on: machines in network namespaces, engines, the gantry command, the real clients. */
@NullMarked
package dev.gantry.e2e.bed;

import org.jspecify.annotations.NullMarked;
