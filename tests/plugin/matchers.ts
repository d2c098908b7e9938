import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// What a page shows in the end is asked for, not how soon: a machine with other work takes longer than a second.
configure({ asyncUtilTimeout: 30_000 });
jest.setTimeout(90_000);
