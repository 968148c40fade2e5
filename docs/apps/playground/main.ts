import '../site/site.css';
import './page.css';
import { signInBar } from '../sign-in/bar.ts';
import { sidebar } from './sidebar.ts';
import { tryIt } from './try.ts';

const bar = document.getElementById('bar');
if (!bar) throw new Error('The page is incomplete');
signInBar(bar, 'REST API');
sidebar();
const form = document.querySelector<HTMLFormElement>('form#try');
if (form) tryIt(form);
