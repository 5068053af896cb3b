// What a dry run is asked and answers.

interface Part {
  id: number | null;
  key: string;
  name: string;
}

export interface DryRunOption extends Part {
  kind: string;
  timer_seconds: number;
}

export interface DryRunStep {
  state: Part & { kind: string };
  participants: { kind: string };
  people: { username: string; alias: string }[];
  notes: string[];
  options: DryRunOption[];
  taken: {
    transition: Part;
    by: string;
    automatic: boolean;
    conditions: { expression: string; outcome: string; target: Part }[];
    values: Record<string, unknown>;
  } | null;
}

export interface DryRun {
  steps: DryRunStep[];
  end: { reason: string; detail: string };
  values: Record<string, unknown>;
}

export interface Choice {
  transition: string;
  actor?: string;
}
